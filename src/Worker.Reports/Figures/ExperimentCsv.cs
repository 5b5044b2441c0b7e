using CsvHelper;
using Worker.Learning.Experiments;

namespace Worker.Reports.Figures;

/// <summary>
/// Every figure of an experiment as CSV, one per line: variant, seed, label (empty for all), metric, value.
/// </summary>
internal static class ExperimentCsv
{
    public static void Write(TextWriter output, ExperimentResult result)
    {
        var options = new CsvWriterOptions { Quoting = CsvQuoting.WhenNeededOrWhitespace };
        using var csv = CsvWriter.Create(output, options, leaveOpen: true);
        csv.WriteHeader(["variant", "seed", "label", "metric", "value"]);
        foreach (var variant in result.Variants)
            for (var seed = 0; seed < variant.Evaluations.Count; seed++)
                foreach (var metric in ExperimentMetric.All)
                {
                    Write(csv, variant.Name, seed, "", metric.Key, metric.Whole(variant.Evaluations[seed]));
                    foreach (var label in variant.Evaluations[seed].Labels)
                        if (metric.Label(label) is { } value)
                            Write(csv, variant.Name, seed, label.Label, metric.Key, value);
                }
    }

    private static void Write(CsvWriter csv, string variant, int seed, string label, string metric, double value)
    {
        csv.WriteField(variant);
        csv.WriteField(seed);
        csv.WriteField(label);
        csv.WriteField(metric);
        csv.WriteField(value);
        csv.EndRecord();
    }
}
