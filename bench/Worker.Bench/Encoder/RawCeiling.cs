using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Worker.Core.Encoding;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;
using Worker.Onnx.Sessions;

namespace Worker.Bench.Encoder;

/// <summary>
/// What ONNX Runtime itself reaches on this machine, which the pipeline is measured against: texts already tokenised,
/// sorted by length, cut into micro-batches, padded and bound before the clock starts; only the runs are timed.
/// </summary>
internal static class RawCeiling
{
    /// <summary>Padded tokens of a micro-batch that are tried; on a CPU small ones stay in the cache.</summary>
    public static IReadOnlyList<int> Budgets { get; } = [128, 256, 384, 512, 768, 1024, 2048];

    /// <summary>Measures every budget.</summary>
    /// <returns>Budget and real (unpadded) tokens a second, the best first.</returns>
    public static IReadOnlyList<(int Budget, double TokensPerSecond)> Sweep(
        EncoderBundle bundle, IReadOnlyList<int[]> texts, bool int8, int threads, int labels, int repeats) =>
        [.. Budgets.Select(budget => (budget, TokensPerSecond(bundle, texts, budget, int8, threads, labels, repeats))).OrderByDescending(r => r.Item2)];

    /// <summary>Measures one budget.</summary>
    /// <param name="texts">Token ids of each text, [CLS] and [SEP] included, none longer than the encoder takes.</param>
    /// <param name="budget">Most padded tokens of a micro-batch; a longer text goes alone.</param>
    /// <param name="int8">Whether the linear layers run in int8.</param>
    /// <param name="threads">CPU threads; 0 for all.</param>
    /// <param name="labels">How many heads are scored along; at least 1.</param>
    /// <param name="repeats">Passes over the texts, after one to warm up; the fastest counts.</param>
    /// <returns>Real (unpadded) tokens a second.</returns>
    public static double TokensPerSecond(
        EncoderBundle bundle, IReadOnlyList<int[]> texts, int budget, bool int8, int threads, int labels, int repeats)
    {
        var layout = new FeatureLayout(["mean"], bundle.Hidden);
        var plan = new SessionPlan(Device.Cpu, int8 ? Variant.Int8 : Variant.Float32, SessionSettings.Threads(threads), OwnLogits: false);
        using var session = EncoderFactory.OpenSession(bundle, layout, plan);
        using var run = new RunOptions();
        using var weights = OrtValue.CreateTensorValueFromMemory(new float[layout.Width * labels], [layout.Width, labels]);
        using var bias = OrtValue.CreateTensorValueFromMemory(new float[labels], [labels]);
        var batches = Cut(texts, budget).Select(batch => new Batch(batch)).ToArray();
        try
        {
            var best = double.PositiveInfinity;
            for (var pass = 0; pass <= repeats; pass++)
            {
                var clock = Stopwatch.StartNew();
                foreach (var batch in batches)
                    session.Run(run, [GraphNames.Ids, GraphNames.Mask, GraphNames.HeadWeights, GraphNames.HeadBias],
                        [batch.Ids, batch.Mask, weights, bias], [GraphNames.Logits]).Dispose();
                // The first pass warms up: pages of the weights, the arena, the branch predictors.
                best = pass == 0 ? best : Math.Min(best, clock.Elapsed.TotalSeconds);
            }
            return texts.Sum(t => (long)t.Length) / best;
        }
        finally
        {
            foreach (var batch in batches)
                batch.Dispose();
        }
    }

    private static IEnumerable<int[][]> Cut(IReadOnlyList<int[]> texts, int budget)
    {
        var batch = new List<int[]>();
        foreach (var text in texts.OrderBy(t => t.Length))
        {
            // Sorted: the newest is the longest, so it sets the padding.
            if (batch.Count > 0 && (batch.Count + 1) * text.Length > budget)
            {
                yield return [.. batch];
                batch.Clear();
            }
            batch.Add(text);
        }
        if (batch.Count > 0)
            yield return [.. batch];
    }

    /// <summary>A padded micro-batch, bound once.</summary>
    private sealed class Batch : IDisposable
    {
        public Batch(int[][] texts)
        {
            var longest = texts.Max(t => t.Length);
            var ids = new int[texts.Length * longest];
            var mask = new float[ids.Length];
            for (var row = 0; row < texts.Length; row++)
            {
                texts[row].CopyTo(ids.AsSpan(row * longest));
                mask.AsSpan(row * longest, texts[row].Length).Fill(1);
            }
            Ids = OrtValue.CreateTensorValueFromMemory(ids, [texts.Length, longest]);
            Mask = OrtValue.CreateTensorValueFromMemory(mask, [texts.Length, longest]);
        }

        public OrtValue Ids { get; }

        public OrtValue Mask { get; }

        public void Dispose()
        {
            Ids.Dispose();
            Mask.Dispose();
        }
    }
}
