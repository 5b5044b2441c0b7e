using System.CommandLine;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Learning.Saving;
using Worker.Onnx.Bundles;
using Worker.Reports.Figures;
using Worker.Reports.Reporting;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>worker evaluate: how good heads are on texts they have not seen.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = $"Labelled texts, as for 'train' ({DataArguments.Formats}); " +
                "rows with a \"source\" also give figures by source",
            Required = true
        };
        var heads = new Option<string>("--heads") { Description = "Heads as written by 'train'", Required = true };
        var unknown = new Option<string?>("--unlike")
        {
            Description = "Texts unlike the training texts, to measure the anomaly reference; " +
                "rows of --data with \"known\": false are used too",
        };
        var report = new Option<string?>("--report")
        {
            Description = "File for a page with plots, confusions and mistakes " +
                "(one HTML file; contains texts)"
        };
        var json = new Option<string?>("--json") { Description = "File for all figures as JSON" };
        var reading = new DataArguments();
        var model = new ModelOptions();
        var command = new Command("evaluate", "Print a classification report of heads on labelled texts")
        {
            data, heads, unknown, report, json,
        };
        reading.AddTo(command);
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(data)!;
            OutputPath.File("--report", parsed.GetValue(report), path, parsed.GetValue(heads));
            OutputPath.File("--json", parsed.GetValue(json), path, parsed.GetValue(heads));
            var options = reading.Read(parsed);
            var labelled = ExampleFile.Read(path, options, Remarks.Write);
            var outside = Unknown(path, parsed.GetValue(unknown), options);
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var trained = UsableHeads.Read(parsed.GetValue(heads)!, EncoderBundle.Open(folder.Bundle).Hash);
            var reference = AnomalyFile.Beside(parsed.GetValue(heads)!);
            if (trained.Count == 0 && reference is null)
                throw new UserError($"{parsed.GetValue(heads)} holds no head for this encoder");
            using var loaded = LoadedEncoder.Open(
                model.Section(
                    parsed, folder.Bundle,
                    [.. trained.Select(h => h.Feature).Concat(reference?.Features ?? []).Distinct(
                        StringComparer.Ordinal)]));
            var unknownTexts = new UnknownTexts(reference, outside);
            if (trained.Count == 0)
                return Run(loaded, labelled, unknownTexts, parsed.GetValue(report), parsed.GetValue(json));
            (string, string)[] facts =
            [
                ("texts", Path.GetFileName(path)), ("heads", Path.GetFileName(parsed.GetValue(heads)!)),
                ("encoder", loaded.Encoder.Hash[..12]),
            ];
            return Run(loaded, labelled, trained, unknownTexts, facts, parsed.GetValue(report), parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Texts that are marked as unknown: all of a second file, and the marked ones of the first.</summary>
    private static List<string> Unknown(string path, string? more, ReadingOptions options) =>
    [
        .. ExampleFile.ReadAll(path, options).Where(example => !example.Known).Select(example => example.Text),
        .. more is null ? [] : TextFile.Read(more, options),
    ];

    /// <summary>Without heads, only the reference can be measured: how well it recognises unknown texts.</summary>
    private static int Run(LoadedEncoder loaded, DataSet data, UnknownTexts unknown, string? report, string? json)
    {
        var anomaly = unknown.Measure(loaded, data, [])
            ?? throw new UserError(
                "there are no heads, only an anomaly reference, and no text is marked as unlike: mark some with " +
                "\"known\": false, or name a file of such texts with --unlike");
        AnomalyReport.Write(Console.Out, anomaly);
        if (report is not null)
            Console.Error.WriteLine("no report: a report is about heads, and there are none");
        if (json is null)
            return ExitCode.Done;
        using var file = File.Create(json);
        EvaluationJson.Write(file, anomaly);
        Console.Error.WriteLine($"all figures: {json}");
        return ExitCode.Done;
    }

    private static int Run(
        LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained, UnknownTexts unknown,
        IReadOnlyList<(string, string)> facts, string? report, string? json)
    {
        var unscored = data.Labels.Except(trained.Select(h => h.Label), StringComparer.Ordinal).ToArray();
        if (unscored.Length == data.Labels.Length)
            throw new UserError(
                $"none of the {unscored.Length} labels of the data has a head " +
                $"({string.Join(", ", unscored.Take(5))}; heads: " +
                $"{string.Join(", ", trained.Take(5).Select(h => h.Label))}): name heads for these labels");
        if (unscored.Length > 0)
            Console.Error.WriteLine($"no head for {string.Join(", ", unscored)}: left out");
        IReadOnlyList<Head> deciding = [.. trained.Where(head => head.Described is null)];
        if (deciding.Count < trained.Count)
            Console.Error.WriteLine(
                $"{trained.Count - deciding.Count} heads are made from descriptions and decide nothing: of their " +
                "figures only average precision and the curves say something");
        var scored = TextTraining.Score(loaded, data, trained);
        var evaluation = Evaluator.Evaluate(scored.Heads, scored.Probabilities, scored.Answers);
        ClassificationReport.Write(Console.Out, evaluation);
        Console.WriteLine();
        foreach (var line in ConfidenceReport.Lines(ConfidenceFigures.Of(scored)))
            Console.WriteLine(line);
        var anomaly = unknown.Measure(loaded, data, deciding);
        if (anomaly is not null)
            AnomalyReport.Write(Console.Out, anomaly);
        if (report is null && json is null)
            return ExitCode.Done;

        var detail = EvaluationDetail.Of(scored);
        if (json is not null)
        {
            using var file = File.Create(json);
            EvaluationJson.Write(file, evaluation, anomaly, detail);
            Console.Error.WriteLine($"all figures: {json}");
        }
        if (report is not null)
        {
            using var file = File.Create(report);
            new EvaluationReport(
                [.. facts, ("made", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'"))], scored,
                evaluation, detail, anomaly).Write(file);
            Console.Error.WriteLine($"report: {Path.GetFullPath(report)}");
        }
        return ExitCode.Done;
    }

    /// <summary>Unknown texts, and the reference that should recognise them.</summary>
    private sealed record UnknownTexts(AnomalyReference? Reference, List<string> Texts)
    {
        public AnomalyMetrics? Measure(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained)
        {
            if (Texts.Count > 0 && Reference is null)
                Console.Error.WriteLine(
                    $"{Texts.Count} texts are marked as unlike, but there is no anomaly reference next to the heads: " +
                    "left out");
            return Texts.Count > 0 && Reference is not null
                ? AnomalyTraining.Evaluate(loaded, Reference, trained, data.Texts, Texts)
                : null;
        }
    }
}
