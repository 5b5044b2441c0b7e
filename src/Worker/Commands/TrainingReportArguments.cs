using System.CommandLine;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Overfitting;
using Worker.Reports.Figures;
using Worker.Reports.Reporting;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>Options of 'train' for learning curves: they cost further fits, so they are made when asked for.</summary>
internal sealed class TrainingReportArguments
{
    private readonly Option<string?> report = new("--report")
    {
        Description = "File for a page that shows whether more answers would help, and which heads overfit: learning " +
            "curves, and training against held-out loss (one HTML file, no texts). Takes about as long again as the " +
            "training itself",
    };
    private readonly Option<string?> json = new("--json")
    {
        Description = "File for the figures of that page as JSON",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(report);
        command.Options.Add(json);
    }

    /// <summary>Checks that the files can be written.</summary>
    /// <param name="inputs">Files that must not be overwritten.</param>
    public void Check(ParseResult parsed, params string?[] inputs)
    {
        OutputPath.File("--report", parsed.GetValue(report), inputs);
        OutputPath.File("--json", parsed.GetValue(json), inputs);
    }

    /// <summary>Makes and writes what is asked for.</summary>
    /// <param name="facts">What was trained on what.</param>
    public void Write(
        ParseResult parsed, LoadedEncoder loaded, DataSet data, EncodedTexts encoded, TrainingResult result,
        TrainingOptions options, IEnumerable<(string Name, string Value)> facts, CancellationToken stop)
    {
        var (page, figures) = (parsed.GetValue(report), parsed.GetValue(json));
        if (page is null && figures is null)
            return;
        if (result.Heads.Count == 0)
        {
            Remarks.Write(["no report: it is about heads, and there are none"]);
            return;
        }
        var labels = TrainedLabels.Of(encoded, data, result, options, stop);
        Console.WriteLine(Summary(labels));
        if (figures is not null)
        {
            using var file = File.Create(figures);
            TrainingJson.Write(file, labels);
            Console.Error.WriteLine($"all figures: {figures}");
        }
        if (page is null)
            return;
        using var output = File.Create(page);
        new TrainingReport(
            [
                .. facts, ("labels", $"{labels.Count}"), ("encoder", loaded.Encoder.Hash[..12]),
                ("made", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'")),
            ], labels).Write(output);
        Console.Error.WriteLine($"report: {Path.GetFullPath(page)}");
    }

    private static string Summary(IReadOnlyList<TrainedLabel> labels) =>
        $"more answers would help {labels.Count(label => label.Diagnosis.MoreHelps)} of {labels.Count} labels; " +
        $"{labels.Count(label => label.Diagnosis.Overfits)} overfit";
}
