using System.CommandLine;
using Worker.Commands;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// Whether certificates keep their promise, and how much is decided with them, over random splits of public sets.
/// </summary>
internal static class EvidenceBench
{
    private const int MinimumTest = 1_000;

    public static Command Create()
    {
        var splits = Number("--splits", "Random splits of a row", 200);
        var largeSplits = Number("--large-splits", "Splits of rows with 5,000 texts", 50);
        var copySplits = Number("--copy-splits", "Splits of rows with every text copied; 0 for none", 40);
        var nearSplits = Number("--near-splits", "Splits of rows with near-copies, to be encoded; 0 for none", 20);
        var only = new Option<string[]>("--only")
        {
            Description = $"Sets: {string.Join(", ", EvidenceSets.Names)}, coin; all when not given",
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. EvidenceSets.Names, "coin"]);
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Training texts",
            DefaultValueFactory = _ => [500, 1_500, 5_000],
            AllowMultipleArgumentsPerToken = true,
        };
        var model = new ModelOptions();
        var command = new Command(
            "evidence",
            "Certificates over random splits: broken promises, share decided with one, errors by confidence")
        {
            splits, largeSplits, copySplits, nearSplits, only, sizes,
        };
        model.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            section.Precision = section.Precision == "auto" ? "f32" : section.Precision;
            var bench = new Cells(new FeatureCache(Path.Combine("artifacts", "features"), section), stop);
            Console.WriteLine(EvidenceTable.Heading);
            string[] names = parsed.GetValue(only) is { Length: > 0 } asked ? asked : [.. EvidenceSets.Names, "coin"];
            foreach (var name in names.Where(name => name != "coin"))
            {
                var set = EvidenceSets.Read(name);
                foreach (var size in parsed.GetValue(sizes)!.Where(size => set.Texts.Count - size >= MinimumTest))
                {
                    var large = size > 1_500;
                    var (plain, copied) = (parsed.GetValue(large ? largeSplits : splits), parsed.GetValue(copySplits));
                    bench.Run(name, set, size, Copying.None, plain);
                    bench.Run(name, set, size, Copying.Whole, large ? copied / 8 : copied);
                }
                bench.Run(name, set, 500, Copying.Near, parsed.GetValue(nearSplits));
            }
            if (names.Contains("coin", StringComparer.Ordinal))
                foreach (var copying in Enum.GetValues<Copying>())
                    bench.Run("coin", EvidenceSets.CoinFlips(200 + MinimumTest, seed: 29), 200, copying,
                        parsed.GetValue(nearSplits));
            Console.WriteLine(EvidenceTable.Legend);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    /// <summary>Runs the cells of the table, each over its splits.</summary>
    private sealed class Cells(FeatureCache cache, CancellationToken stop)
    {
        public void Run(string name, DataSet set, int size, Copying copying, int splits)
        {
            if (splits == 0)
                return;
            var features = Encode(name, set.Texts);
            // Near-copies are other texts with their own features. They come from a pool, so that they are encoded
            // once.
            var pool = copying == Copying.Near ? Math.Min(set.Texts.Count - MinimumTest, 3 * size) : set.Texts.Count;
            var (near, nearFeatures) = copying == Copying.Near ? Near(name, set, pool) : (set, features);
            var done = new EvidenceFigures[splits];
            var parallel = new ParallelOptions { CancellationToken = stop };
            Parallel.For(0, splits, parallel, split =>
            {
                var order = Enumerable.Range(0, set.Texts.Count).ToArray();
                new Random(split).Shuffle(order.AsSpan(0, pool));
                int[] train = copying switch
                {
                    Copying.None => order[..size],
                    Copying.Whole => [.. Enumerable.Repeat(order[..size], EvidenceSets.Copies)
                        .SelectMany(rows => rows)],
                    _ => [.. order[..size].SelectMany(row =>
                        Enumerable.Range(row * EvidenceSets.Copies, EvidenceSets.Copies))],
                };
                var part = near.Part(train);
                // Without the known groups, because finding the copies is part of the measurement.
                var data = new DataSet(part.Texts, part.Labels, part.Answers);
                var result = HeadTrainer.Train(nearFeatures.Part(train), data, cache.Feature, cache.EncoderHash,
                    new TrainingOptions { Parallelism = 1, Seed = split }, cancellation: stop);
                done[split] = EvidenceFigures.Of(result, features, set, order[size..]);
            });
            var sum = new EvidenceFigures();
            foreach (var figures in done)
                sum.Add(figures);
            Console.WriteLine(EvidenceTable.Line(name, size, copying, splits, sum));
        }

        private FeatureMatrix Encode(string name, IReadOnlyList<string> texts)
        {
            var parts = FeatureNames.Parts(cache.Feature);
            return new FeatureMatrix(cache.Features(name, texts, parts), parts.Length * cache.Hidden);
        }

        /// <summary>Eight changed copies of each text of the pool, text after text.</summary>
        private (DataSet Set, FeatureMatrix Features) Near(string name, DataSet set, int pool)
        {
            var random = new Random(29);
            int[] rows = [.. Enumerable.Range(0, pool * EvidenceSets.Copies)
                .Select(copy => copy / EvidenceSets.Copies)];
            var part = set.Part(rows);
            var copies = new DataSet([.. part.Texts.Select(text => EvidenceSets.Changed(text, random))], part.Labels,
                part.Answers);
            return (copies, Encode(name + " changed", copies.Texts));
        }
    }
}
