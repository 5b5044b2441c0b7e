using Worker.Learning.Experiments;

namespace Worker.Terminal;

/// <summary>Writes an experiment as a table of plain text that fits 80 columns.</summary>
internal static class ExperimentTable
{
    private const int NameWidth = 18;

    public static void Write(TextWriter output, ExperimentResult result)
    {
        var head = result.Variants[0];
        output.WriteLine(
            $"{result.Seeds} splits: {result.Texts.Fit} texts to fit on, {result.Texts.Validation} for weights, " +
            $"{result.Texts.Test} to measure on; {result.Labels.Count} labels");
        output.WriteLine($"{"variant",-18} {"macro F1",14} {"macro AP",14} {"log-loss",14} {"ECE",14}");
        foreach (var variant in result.Variants)
        {
            output.Write(TextColumns.Padded(TextColumns.Cut(variant.Name, NameWidth), NameWidth));
            foreach (var metric in ExperimentMetric.All)
            {
                var verdict = variant == head ? 0 : variant.Verdict(head, metric);
                output.Write($" {Cell(variant.Whole(metric)),13}{verdict switch { > 0 => '+', < 0 => '-', _ => ' ' }}");
            }
            output.WriteLine();
        }
        output.WriteLine($"mean ±2 standard deviations; + better, - worse than {head.Name} beyond chance (paired)");
        output.WriteLine();
        foreach (var variant in result.Variants)
            output.WriteLine($"{variant.Name}: {variant.Description}");
    }

    private static string Cell(Estimate estimate) => $"{estimate.Mean:F4}±{estimate.TwoSigma:F4}";
}
