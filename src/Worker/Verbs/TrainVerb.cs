using System.CommandLine;
using Worker.Core.Features;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Saving;
using Worker.Terminal;
using Worker.Texts;
using Worker.Training;

namespace Worker.Verbs;

/// <summary>worker train: labelled texts in, calibrated heads out.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "JSON lines {\"text\", \"labels\": {\"spam\": 1, \"angry\": 0}}, a label not named is unknown; or \"labels\": [\"spam\"], all others are no", Required = true };
        var destination = new Option<string>("--out") { Description = "File for the heads (JSON lines)", Required = true };
        var feature = new Option<string>("--feature") { Description = "What heads see: taps (the last four layers' means), mean (the last layer's), cls, layerN, several joined by +, or auto (per label the better of mean and taps)", DefaultValueFactory = _ => FeatureNames.Taps };
        var weights = ModelOptions.Choice("--class-weights", "How much more a positive counts", "none", "none", "sqrt", "balanced");
        var c = new Option<double?>("--c") { Description = "Inverse penalty; chosen per label when not given" };
        var seed = new Option<int>("--seed") { Description = "Same seed, same heads" };
        var from = new Option<string?>("--from") { Description = "Heads to start from; the new ones are one version higher" };
        var model = new ModelOptions();
        var verb = new Command("train", "Train calibrated heads on labelled texts") { data, destination, feature, weights, c, seed, from };
        model.AddTo(verb);
        verb.SetAction((parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, HeadTraining.Candidates(parsed.GetValue(feature)!)));
            var options = new TrainingOptions
            {
                ClassWeights = parsed.GetValue(weights) switch { "sqrt" => ClassWeights.SquareRoot, "balanced" => ClassWeights.Balanced, _ => ClassWeights.None },
                C = parsed.GetValue(c),
                Seed = parsed.GetValue(seed),
            };
            return Task.FromResult(Run(loaded, parsed.GetValue(data)!, parsed.GetValue(destination)!, options, parsed.GetValue(feature)!, parsed.GetValue(from), stop));
        });
        return verb;
    }

    private static int Run(LoadedEncoder loaded, string path, string destination, TrainingOptions options, string feature, string? from, CancellationToken stop)
    {
        var result = HeadTraining.Train(loaded, DataSet.Read(path), options, from is null ? null : HeadFile.Read(from), stop, feature);
        foreach (var problem in result.Problems)
            Console.Error.WriteLine($"no head for '{problem.Label}': {problem.Reason}");
        if (result.Heads.Count == 0)
            throw new UserError($"{path}: no label could be trained");
        HeadFile.Write(destination, result.Heads);
        Console.WriteLine($"{"label",-24} {"yes",7} {"no",7} {"F1",6} {"AP",6} {"log-loss",9} {"ECE",6}   (held out)");
        foreach (var figures in result.Figures)
        {
            Console.WriteLine($"{figures.Label,-24} {figures.Positives,7} {figures.Negatives,7} {figures.F1,6:F3} {figures.AveragePrecision,6:F3} {figures.After.LogLoss,9:F4} {figures.After.Ece,6:F3}");
            if (figures.Remark is { } remark)
                Console.WriteLine($"  {remark}");
        }
        Console.WriteLine($"{result.Heads.Count} heads for encoder {loaded.Encoder.Hash[..12]} written to {destination}");
        return ExitCode.Done;
    }
}
