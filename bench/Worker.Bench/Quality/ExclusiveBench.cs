using System.CommandLine;
using Worker.Commands;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// Which measure of confidence suits exclusive labels: is it calibrated, and does it find the errors?
/// </summary>
internal static class ExclusiveBench
{
    private const double Uncertain = 0.2;

    private static readonly (string Name, int Size)[] Rows =
    [
        ("emotion", 1_500), ("emotion", 3_500), ("domains", 500), ("domains", 1_500), ("domains", 5_000),
        ("banking", 3_000), ("banking", 9_000),
    ];

    public static Command Create()
    {
        var splits = new Option<int>("--splits")
        {
            Description = "Random splits of a row",
            DefaultValueFactory = _ => 5,
        };
        var model = new ModelOptions();
        var command = new Command("exclusive",
            "Exclusive labels: measures of confidence, how calibrated they are and which errors they find") { splits };
        model.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            section.Precision = section.Precision == "auto" ? "f32" : section.Precision;
            var cache = new FeatureCache(Path.Combine("artifacts", "features"), section);
            var parts = FeatureNames.Parts(cache.Feature);
            foreach (var (name, size) in Rows)
            {
                var set = Read(name);
                var features = new FeatureMatrix(cache.Features(name, set.Texts, parts), parts.Length * cache.Hidden);
                Console.WriteLine(
                    $"{name}, {size} texts: ECE of the chance of error | flagged from .2 | errors among them | " +
                    "errors in the least sure 10%, of yes; flagged, errors of all decisions");
                var tables = ExclusiveConfidence.All.Select(_ => new List<(double Chance, bool Wrong)>()).ToArray();
                var yes = ExclusiveConfidence.All.Select(_ => new List<(double Chance, bool Wrong)>()).ToArray();
                for (var split = 0; split < parsed.GetValue(splits); split++)
                    Split(set, features, size, split, cache, tables, yes, stop);
                for (var i = 0; i < tables.Length; i++)
                    Console.WriteLine(Line(ExclusiveConfidence.All[i].Name, yes[i], tables[i]));
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static DataSet Read(string name)
    {
        if (name != "banking")
            return EvidenceSets.Read(name);
        var banking = PublicSets.Banking();
        var all = DataSet.Join([banking.Train, banking.Test]);
        return all.Part([.. Enumerable.Range(0, all.Texts.Count).DistinctBy(row => all.Groups[row])]);
    }

    private static void Split(
        DataSet set, FeatureMatrix features, int size, int seed, FeatureCache cache,
        List<(double Chance, bool Wrong)>[] all, List<(double Chance, bool Wrong)>[] yes, CancellationToken stop)
    {
        var order = Enumerable.Range(0, set.Texts.Count).ToArray();
        new Random(seed).Shuffle(order);
        var heads = HeadTrainer.Train(features.Part(order[..size]), set.Part(order[..size]), cache.Feature,
            cache.EncoderHash, new TrainingOptions { Seed = seed }, cancellation: stop).Heads;
        int[] columns = [.. heads.Select(head => set.Labels.IndexOf(head.Label))];
        foreach (var row in order[size..].Take(4_000))
        {
            double[] p = [.. heads.Select(head =>
                head.Probability(features.Row(row)))];
            var top = Array.IndexOf(p, p.Max());
            for (var measure = 0; measure < all.Length; measure++)
            {
                var chances = ExclusiveConfidence.All[measure].Chances(p, top);
                for (var i = 0; i < p.Length; i++)
                {
                    var wrong = (i == top) != (set.Answers[row, columns[i]] == AnswerMatrix.Yes);
                    all[measure].Add((chances[i], wrong));
                    if (i == top)
                        yes[measure].Add((chances[i], wrong));
                }
            }
        }
    }

    private static string Line(string name, List<(double Chance, bool Wrong)> yes,
        List<(double Chance, bool Wrong)> all)
    {
        var errors = yes.Count(d => d.Wrong);
        var ece = ProbabilityMetrics.CalibrationError([.. yes.Select(d => Math.Clamp(d.Chance, 0, 1))],
            [.. yes.Select(d => d.Wrong)]);
        var worst = yes.OrderByDescending(d => d.Chance).Take(yes.Count / 10).Count(d => d.Wrong);
        var (flagged, found) = (all.Count(d => d.Chance >= Uncertain),
            all.Count(d => d.Wrong && d.Chance >= Uncertain));
        return $"  {name,-17} {ece:F4} | {(double)yes.Count(d => d.Chance >= Uncertain) / yes.Count:F3} | " +
            $"{(double)yes.Count(d => d.Wrong && d.Chance >= Uncertain) / errors:F3} | {(double)worst / errors:F3} " +
            $"(accuracy {1 - (double)errors / yes.Count:F3}); {(double)flagged / all.Count:F4}, " +
            $"{(double)found / all.Count(d => d.Wrong):F3}";
    }
}
