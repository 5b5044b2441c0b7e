using Worker.Learning.Evaluating;

namespace Worker.Terminal;

/// <summary>Writes an evaluation as a table of plain text that fits 80 columns.</summary>
internal static class ClassificationReport
{
    private const int NameWidth = 24;

    public static void Write(TextWriter output, Evaluation evaluation)
    {
        output.WriteLine(
            $"{"label",-24} {"precision",9} {"recall",7} {"F1",6} {"AP",6} {"support",8} {"threshold",10}");
        foreach (var label in evaluation.Labels)
        {
            var name = TextColumns.Padded(TextColumns.Cut(label.Label, NameWidth), NameWidth);
            output.WriteLine($"{name} {label.Precision,9:F3} {label.Recall,7:F3} {label.F1,6:F3} " +
                $"{label.AveragePrecision,6:F3} {label.Support,8} {label.Threshold,10:F3}");
        }
        Average(output, "macro", evaluation.Macro, evaluation.Labels.Sum(l => l.Support));
        Average(output, "micro", evaluation.Micro, evaluation.Labels.Sum(l => l.Support));
        output.WriteLine(
            $"all labels pooled: calibration error (ECE) {evaluation.Ece:F4}, Brier {evaluation.Brier:F4}, log-loss " +
            $"{evaluation.LogLoss:F4}");
    }

    private static void Average(TextWriter output, string name, AverageMetrics metrics, long support) =>
        output.WriteLine(
            $"{name,-24} {metrics.Precision,9:F3} {metrics.Recall,7:F3} {metrics.F1,6:F3} " +
            $"{metrics.AveragePrecision,6:F3} {support,8}");
}
