using System.CommandLine;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Learning.Anomaly;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Onnx.Bundles;
using Worker.Terminal;
using Worker.Texts;
using Worker.Training;

namespace Worker.Verbs;

/// <summary>worker evaluate: how good heads are on texts they have not seen.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "JSON lines of labelled texts, as for 'train'", Required = true };
        var heads = new Option<string>("--heads") { Description = "Heads as written by 'train'", Required = true };
        var unlike = new Option<string?>("--unlike") { Description = "JSON lines of texts unlike those trained on, for figures of the anomaly reference; lines of --data with \"known\": false count too" };
        var json = new Option<string?>("--json") { Description = "File for every figure as JSON" };
        var model = new ModelOptions();
        var verb = new Command("evaluate", "Print a classification report of heads on labelled texts") { data, heads, unlike, json };
        model.AddTo(verb);
        verb.SetAction(parsed =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var trained = UsableHeads.Read(parsed.GetValue(heads)!, EncoderBundle.Open(folder.Bundle).Hash);
            if (trained.Count == 0)
                throw new UserError($"{parsed.GetValue(heads)} holds no head for this encoder");
            var reference = AnomalyFile.Beside(parsed.GetValue(heads)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, [.. trained.Select(h => h.Feature).Concat(reference?.Features ?? []).Distinct(StringComparer.Ordinal)]));
            string[] files = parsed.GetValue(unlike) is { } more ? [parsed.GetValue(data)!, more] : [parsed.GetValue(data)!];
            return Run(loaded, DataSet.Read(parsed.GetValue(data)!), trained, reference, Unlike(files), parsed.GetValue(json));
        });
        return verb;
    }

    /// <summary>Texts that are said to be unlike: all of a second file, and those of the first that say so.</summary>
    private static List<string> Unlike(string[] files) =>
        [.. files.SelectMany((file, i) => ExampleReader.Read(file).Where(example => i > 0 || !example.Known)).Select(example => example.Text)];

    private static int Run(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained, AnomalyReference? reference, List<string> unlike, string? json)
    {
        var unscored = data.Labels.Except(trained.Select(h => h.Label), StringComparer.Ordinal).ToArray();
        if (unscored.Length > 0)
            Console.Error.WriteLine($"no head for {string.Join(", ", unscored)}: left out");
        var evaluation = HeadTraining.Evaluate(loaded, data, trained);
        ClassificationReport.Write(Console.Out, evaluation);
        if (unlike.Count > 0 && reference is null)
            Console.Error.WriteLine($"{unlike.Count} texts are unlike those known, but no anomaly reference lies beside the heads: left out");
        var anomaly = unlike.Count > 0 && reference is not null ? AnomalyTraining.Evaluate(loaded, reference, trained, data.Texts, unlike) : null;
        if (anomaly is not null)
            AnomalyReport.Write(Console.Out, anomaly);
        if (json is not null)
        {
            using var file = File.Create(json);
            EvaluationJson.Write(file, evaluation, anomaly);
            Console.Error.WriteLine($"every figure: {json}");
        }
        return ExitCode.Done;
    }
}
