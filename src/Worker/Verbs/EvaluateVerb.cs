using System.CommandLine;
using Worker.Core.Heads;
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
        var json = new Option<string?>("--json") { Description = "File for every figure as JSON" };
        var model = new ModelOptions();
        var verb = new Command("evaluate", "Print a classification report of heads on labelled texts") { data, heads, json };
        model.AddTo(verb);
        verb.SetAction(parsed =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var trained = UsableHeads.Read(parsed.GetValue(heads)!, EncoderBundle.Open(folder.Bundle).Hash);
            if (trained.Count == 0)
                throw new UserError($"{parsed.GetValue(heads)} holds no head for this encoder");
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, [.. trained.Select(h => h.Feature).Distinct(StringComparer.Ordinal)]));
            return Run(loaded, DataSet.Read(parsed.GetValue(data)!), trained, parsed.GetValue(json));
        });
        return verb;
    }

    private static int Run(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained, string? json)
    {
        var unscored = data.Labels.Except(trained.Select(h => h.Label), StringComparer.Ordinal).ToArray();
        if (unscored.Length > 0)
            Console.Error.WriteLine($"no head for {string.Join(", ", unscored)}: left out");
        var evaluation = HeadTraining.Evaluate(loaded, data, trained);
        ClassificationReport.Write(Console.Out, evaluation);
        if (json is not null)
        {
            using var file = File.Create(json);
            EvaluationJson.Write(file, evaluation);
            Console.Error.WriteLine($"every figure: {json}");
        }
        return ExitCode.Done;
    }
}
