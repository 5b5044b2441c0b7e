using System.CommandLine;
using System.Numerics.Tensors;
using System.Text;
using Worker.Commands;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>Heads from the names of the intents of Banking77: do people find positives sooner than by chance?</summary>
internal static class DescribeBench
{
    private const int First = 100;
    private const int Examples = 3;
    private const int Streams = 5;

    public static Command Create()
    {
        var model = new ModelOptions();
        var command = new Command("describe",
            "Heads from descriptions: positives that they rank first, the first review queue, the first real heads");
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            section.Precision = section.Precision == "auto" ? "f32" : section.Precision;
            using var loaded = LoadedEncoder.Open(section);
            var cache = new FeatureCache(Path.Combine("artifacts", "features"), section, FeatureNames.Mean);
            var (train, test) = (PublicSets.BankingRows("train").ToArray(), PublicSets.BankingRows("test").ToArray());
            string[] stream = [.. test.Select(row => row.Text)];
            new Random(1).Shuffle(train);
            var names = Described(train, examples: 0);
            Console.WriteLine($"{"heads from",-44} {"first 100",9} {"random",6} {"times",5}  labels under 5 times");
            var heads = Rank("names", [names], [], train);
            Rank("names, texts of the stream", [names], stream, train);
            Rank("each name alone, texts of the stream", [.. names.Select(One)], stream, train);
            var some = Described(train, Examples);
            var used = some.Values.SelectMany(label => label.Examples).ToHashSet(StringComparer.Ordinal);
            var rest = train.Where(row => !used.Contains(row.Text)).ToArray();
            Rank($"names, {Examples} examples", [some], [], rest);
            Rank($"names, {Examples} examples, texts of the stream", [some], stream, rest);
            FirstQueue.Print(
                heads, new(Features(Texts(train)), cache.Hidden), train, Tokens(loaded, Texts(train)), Streams);
            var taps = FeatureNames.Canonical(FeatureNames.Taps, cache.Layers);
            var parts = FeatureNames.Parts(taps);
            FirstHeads.Print(names, train, test, taps, cache.EncoderHash,
                texts => cache.Features("banking", texts, parts), parts.Length * cache.Hidden);
            return ExitCode.Done;

            IReadOnlyList<Head> Rank(
                string title, SortedDictionary<string, LabelDescription>[] groups, string[] background,
                (string Text, string Label)[] ranked)
            {
                IReadOnlyList<Head> made = [.. groups.SelectMany(labels => DescribedHeads.Fit(
                    labels, new FeatureMatrix(
                        Features([.. labels.Values.SelectMany(label => label.PseudoExamples)]), cache.Hidden)
                        .Append(background.Length == 0 ? [] : Features(background)),
                    cache.Feature, cache.EncoderHash, new ParallelOptions()))];
                Print(title, made, new FeatureMatrix(Features(Texts(ranked)), cache.Hidden), ranked);
                return made;
            }

            float[] Features(string[] texts) => cache.Features("banking", texts, [FeatureNames.Mean]);
        });
        return command;
    }

    private static string[] Texts((string Text, string Label)[] rows) => [.. rows.Select(row => row.Text)];

    private static int[][] Tokens(LoadedEncoder loaded, string[] texts)
    {
        using var window = new TextEncoder(loaded).Tokenize([.. texts.Select(Encoding.UTF8.GetBytes)], 0, texts.Length);
        return [.. Enumerable.Range(0, texts.Length).Select(text => window[text].ToArray())];
    }

    private static SortedDictionary<string, LabelDescription> One(KeyValuePair<string, LabelDescription> label) =>
        new(StringComparer.Ordinal) { [label.Key] = label.Value };

    /// <summary>The names in words, and some texts of the label as examples.</summary>
    private static SortedDictionary<string, LabelDescription> Described(
        (string Text, string Label)[] rows, int examples) =>
        new(rows.GroupBy(row => row.Label, StringComparer.Ordinal).ToDictionary(
            label => label.Key, label => new LabelDescription(
                label.Key.Replace('_', ' '), [.. label.Take(examples).Select(row => row.Text)])),
            StringComparer.Ordinal);

    private static void Print(
        string title, IReadOnlyList<Head> heads, FeatureMatrix features, (string Text, string Label)[] ranked)
    {
        var found = new (double Count, double Chance)[heads.Count];
        Parallel.For(0, heads.Count, i =>
        {
            var logits = new float[features.Rows];
            for (var row = 0; row < logits.Length; row++)
                logits[row] = -TensorPrimitives.Dot(features.Row(row), heads[i].Weights);
            int[] rows = [.. Enumerable.Range(0, features.Rows)];
            Array.Sort(logits, rows);
            found[i] = (rows.Take(First).Count(row => ranked[row].Label == heads[i].Label),
                (double)First * ranked.Count(row => row.Label == heads[i].Label) / ranked.Length);
        });
        var few = heads.Zip(found).Where(pair => pair.Second.Count < 5 * pair.Second.Chance)
            .Select(pair => $"{pair.First.Label} {pair.Second.Count / pair.Second.Chance:F1}").ToList();
        Console.WriteLine($"{title,-44} {found.Average(one => one.Count),9:F1} " +
            $"{found.Average(one => one.Chance),6:F2} {found.Average(one => one.Count / one.Chance),5:F1}  " +
            $"{few.Count}: {string.Join(", ", few.Take(5))}");
    }
}
