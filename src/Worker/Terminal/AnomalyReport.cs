using Worker.Learning.Evaluating;

namespace Worker.Terminal;

/// <summary>Prints how well unknown texts are told from known ones.</summary>
internal static class AnomalyReport
{
    public static void Write(TextWriter output, AnomalyMetrics anomaly)
    {
        output.WriteLine();
        output.WriteLine(
            $"anomaly: {anomaly.Known} known texts, {anomaly.Unknown} unknown; p at most {AnomalyMetrics.Level}:" +
            $" {anomaly.KnownFlagged:P1} of the known, {anomaly.UnknownFlagged:P1} of the unknown");
        output.WriteLine($"{"channel",-24} {"AUROC",7} {"AUPR",7} {"FPR95",7}");
        foreach (var (name, metrics) in anomaly.Channels.Append(new("together", anomaly.Together)))
            output.WriteLine($"{name,-24} {metrics.Auroc,7:F4} {metrics.Aupr,7:F4} {metrics.Fpr95,7:F4}");
    }
}
