using System.CommandLine;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Reporting;
using Worker.Learning.Saving;
using Worker.Terminal;
using Worker.Texts;
using Worker.Training;

namespace Worker.Verbs;

/// <summary>worker evaluate: how good heads are on texts they have not seen.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "JSON lines of labelled texts, as for 'train'; a \"source\" gives figures by source", Required = true };
        var heads = new Option<string>("--heads") { Description = "Heads as written by 'train'", Required = true };
        var report = new Option<string?>("--report") { Description = "File for a page with plots, confusions and mistakes (HTML, one file; holds texts)" };
        var json = new Option<string?>("--json") { Description = "File for every figure as JSON" };
        var model = new ModelOptions();
        var verb = new Command("evaluate", "Print a classification report of heads on labelled texts") { data, heads, report, json };
        model.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var trained = HeadFile.Read(parsed.GetValue(heads)!);
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, [.. trained.Select(h => h.Feature).Distinct(StringComparer.Ordinal)]));
            var path = parsed.GetValue(data)!;
            (string, string)[] facts = [("texts", Path.GetFileName(path)), ("heads", Path.GetFileName(parsed.GetValue(heads)!)), ("encoder", loaded.Encoder.Hash[..12])];
            return Run(loaded, DataSet.Read(path), trained, facts, parsed.GetValue(report), parsed.GetValue(json));
        });
        return verb;
    }

    private static int Run(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained, IReadOnlyList<(string, string)> facts, string? report, string? json)
    {
        var unscored = data.Labels.Except(trained.Select(h => h.Label), StringComparer.Ordinal).ToArray();
        if (unscored.Length > 0)
            Console.Error.WriteLine($"no head for {string.Join(", ", unscored)}: left out");
        var scored = HeadTraining.Score(loaded, data, trained);
        var evaluation = Evaluator.Evaluate(scored.Heads, scored.Probabilities, scored.Answers);
        ClassificationReport.Write(Console.Out, evaluation);
        if (report is null && json is null)
            return ExitCode.Done;

        var detail = EvaluationDetail.Of(scored);
        if (json is not null)
        {
            using var file = File.Create(json);
            EvaluationJson.Write(file, evaluation, detail);
            Console.Error.WriteLine($"every figure: {json}");
        }
        if (report is not null)
        {
            using var file = File.Create(report);
            new EvaluationReport([.. facts, ("made", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'"))], scored, evaluation, detail).Write(file);
            Console.Error.WriteLine($"report: {Path.GetFullPath(report)}");
        }
        return ExitCode.Done;
    }
}
