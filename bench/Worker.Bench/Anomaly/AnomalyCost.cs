using System.Diagnostics;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Learning.Anomaly;
using Worker.Measuring;

namespace Worker.Bench.Anomaly;

/// <summary>
/// A window of the sample inbox with 26 heads, without and with a reference of 10,000 x 384 and 150 classes, in turn.
/// The reference's numbers are random, because speed does not depend on them.
/// </summary>
internal static class AnomalyCost
{
    private const int References = 10_000;
    private const int Classes = 150;
    private const int WindowTexts = 96;

    public static void Run(EncoderSection section, int repeats)
    {
        using var loaded = LoadedEncoder.Open(section);
        var layout = loaded.Encoder.Features;
        var heads = HeadSet.Empty(loaded.Encoder.Hash, layout).With(BenchData.RandomHeads(loaded, 26));
        var texts = BenchData.Texts(null, 1056);
        var reference = Reference(layout, loaded.Encoder.Hash, loaded.Bundle.Layers);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        var windows = texts.Chunk(WindowTexts).Select(chunk => new TextEncoder(loaded).Tokenize(chunk, 0, chunk.Length))
            .ToArray();
        var encoder = new WindowEncoder(loaded.Encoder, 512);
        var (plain, compared, share, each) = (new Spread(), new Spread(), new Spread(), new Spread());
        for (var i = -1; i < repeats; i++)
        {
            var without = Seconds(() => Each(windows, window => Encode(encoder, window, heads, layout, [])));
            var inside = 0.0;
            var with = Seconds(() => Each(windows, window =>
            {
                var features = new float[window.Count * layout.Width];
                var probabilities = Encode(encoder, window, heads, layout, features);
                inside += Seconds(() => AnomalyScorer.PValues(
                    reference, new AnomalyTexts(window.Count, layout, features, heads.Heads.Length, probabilities,
                        window), new float[window.Count], parallel));
            }));
            // The first pair warms up.
            if (i < 0)
                continue;
            plain.Add(windows.Sum(w => w.Tokens) / without);
            compared.Add(windows.Sum(w => w.Tokens) / with);
            share.Add(inside / with);
            each.Add(inside / texts.Count * 1e6);
        }
        Console.WriteLine($"anomaly {section.Precision,-5} tokens/s without {plain}");
        Console.WriteLine(
            $"              tokens/s with    {compared}  {1 - compared.MedianRatio(plain):P1} less (median pair)");
        Console.WriteLine(
            $"              comparing alone takes {share.Median:P2} of the time (least {share.Worst:P2}), " +
            $"{each.Median:F0} µs a text (least {each.Worst:F0}); " +
            $"{(double)windows.Sum(w => w.Tokens) / texts.Count:F1} tokens a text");
        foreach (var window in windows)
            window.Dispose();
    }

    private static float[] Encode(
        WindowEncoder encoder, TokenWindow window, HeadSet heads, FeatureLayout layout, float[] features)
    {
        var logits = new float[window.Count * heads.Heads.Length];
        encoder.Run(window, heads.Matrix, features, logits);
        return logits;
    }

    private static AnomalyReference Reference(FeatureLayout layout, string encoder, int layers)
    {
        var random = new Random(1);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        var taps = AnomalyTrainer.NeededFeatures(layers);
        var (mean, width) = (layout.Find(FeatureNames.Mean)!.Width, layout.Resolve(string.Join('+', taps))!.Width);
        var tail = EmpiricalTail.Of(Numbers(1000));
        var kept = Math.Min(mean, ReferenceBanks.KeptDirections);
        return new AnomalyReference
        {
            Encoder = encoder,
            Texts = References,
            Classes = Classes,
            Scores = new ConformalScores([.. Numbers(5000).Order()]),
            Channels =
            [
                new(new NeighbourChannel(
                    FeatureNames.Mean, mean, Numbers(kept * mean), Numbers(References * kept), 5), tail),
                new(new ProbabilityChannel(), tail),
                new(new MahalanobisChannel(
                    taps, new RelativeMahalanobis(Numbers((Classes - 1) * width), Numbers(width),
                    Numbers(Classes * (Classes - 1)), Numbers(Classes - 1))), tail),
            ],
        };
    }

    private static void Each(TokenWindow[] windows, Action<TokenWindow> action)
    {
        foreach (var window in windows)
            action(window);
    }

    private static double Seconds(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
