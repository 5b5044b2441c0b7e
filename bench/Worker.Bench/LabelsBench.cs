using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Worker.Bench.Quality;
using Worker.Commands;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Measuring;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Bench;

/// <summary>
/// Over a hundred real heads on one encoder: SMS spam (1), GoEmotions (28) and Banking77 (77), each text labelled only
/// for its own set's labels. It trains, measures the quality of each set, and measures the pipeline's speed with all of
/// them.
/// </summary>
internal static class LabelsBench
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var maximum = new Option<int>("--most")
        {
            Description = "Training texts of each set at most",
            DefaultValueFactory = _ => 12_000,
        };
        var command = new Command("labels", "Train and run 106 heads of SMS spam, GoEmotions and Banking77")
        {
            maximum,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            IReadOnlyList<Head> heads;
            List<LabelledText> test;
            using (var loaded = LoadedEncoder.Open(section))
            {
                var train = new[]
                {
                    Sms(train: true), GoEmotions("train"), Banking("train"),
                }.SelectMany(set => Shuffled(set).Take(parsed.GetValue(maximum)));
                var watch = Stopwatch.StartNew();
                var result = TextTraining.Train(
                    loaded, DataSet.From(train, "train"), new TrainingOptions(), null, stop);
                heads = result.Heads;
                Console.WriteLine(
                    $"{heads.Count} heads trained in {watch.Elapsed.TotalSeconds:F0} s, {result.Problems.Count} " +
                    "labels without one");
                test = [.. Sms(train: false), .. GoEmotions("test"), .. Banking("test")];
                foreach (var set in new[] { "sms", "emotion", "bank" })
                    Print(set, TextTraining.Evaluate(
                        loaded, Only(set, test),
                        [.. heads.Where(h => h.Label.StartsWith(set, StringComparison.Ordinal))]));
            }
            var texts = Shuffled(test).Take(3000).Select(t => Encoding.UTF8.GetBytes(t.Text)).ToList();
            var rate = await PipelineRate.Run(section, heads, texts, BenchClock.Wall, stop);
            Console.WriteLine($"pipeline with {heads.Count} heads: {rate:N0} tokens/s");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The same order every time, independent of the file's order (Banking77 is sorted by label).</summary>
    private static LabelledText[] Shuffled(IEnumerable<LabelledText> texts)
    {
        var all = texts.ToArray();
        new Random(1).Shuffle(all);
        return all;
    }

    private static DataSet Only(string set, List<LabelledText> texts) =>
        DataSet.From(texts.Where(t => t.Labels.Keys.First().StartsWith(set, StringComparison.Ordinal)), set);

    private static void Print(string set, Evaluation evaluation) =>
        Console.WriteLine(
            $"{set,-8} {evaluation.Labels.Count,3} labels  macro-F1 {evaluation.Macro.F1:F3}  macro average " +
            $"precision {evaluation.Macro.AveragePrecision:F3}  micro-F1 {evaluation.Micro.F1:F3}  ECE " +
            $"{evaluation.Ece:F4}");

    /// <summary>Distinct texts; every seventh is for testing.</summary>
    private static IEnumerable<LabelledText> Sms(bool train) =>
        File.ReadLines(DataFolder.File("sms_spam", "SMSSpamCollection")).Select(line => line.Split('\t'))
            .DistinctBy(c => c[1], StringComparer.Ordinal)
            .Where((_, i) => i % 7 == 0 != train)
            .Select(c => new LabelledText(
                c[1], new Dictionary<string, bool>(StringComparer.Ordinal)
                {
                    ["sms/spam"] = c[0] == "spam",
                }, Closed: false));

    private static IEnumerable<LabelledText> GoEmotions(string part)
    {
        var names = File.ReadAllLines(DataFolder.File("goemotions", "original", "labels.txt"));
        foreach (var line in File.ReadLines(DataFolder.File("goemotions", "original", part + ".tsv")))
        {
            var columns = line.Split('\t');
            var yes = columns[1].Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))
                .ToHashSet();
            yield return new LabelledText(
                columns[0], names.Select((name, i) => (name, i)).ToDictionary(
                    n => "emotion/" + n.name, n => yes.Contains(n.i), StringComparer.Ordinal), Closed: false);
        }
    }

    private static List<LabelledText> Banking(string part)
    {
        var rows = PublicSets.BankingRows(part).ToList();
        var names = rows.Select(r => r.Label).Distinct(StringComparer.Ordinal).ToList();
        return [.. rows.Select(
            r => new LabelledText(
                r.Text, names.ToDictionary(
                    n => "bank/" + n, n => n == r.Label, StringComparer.Ordinal), Closed: false))];
    }
}
