using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;

namespace Worker.Measuring;

/// <summary>
/// The best that the device can do: the same texts, tokenised beforehand and sorted by length all together, in
/// micro-batches of the size that a sweep found fastest, with nothing else running. The pipeline is compared with it.
/// </summary>
internal sealed class RawCeiling(
    LoadedEncoder loaded, HeadMatrix heads, IReadOnlyList<byte[]> texts, BenchClock clock) : IDisposable
{
    // A GPU's own is a full 16,384.
    private const int CpuMicroBatch = 512;

    // Parts of the micro-batch that the device is said to compute fastest.
    private static readonly double[] Parts = [0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8, 16];

    private readonly TokenWindow window = new TextEncoder(loaded).Tokenize(texts, 0, texts.Count);
    private readonly float[] logits = new float[texts.Count * heads.Labels];

    /// <summary>Tokens of all texts.</summary>
    public int Tokens => window.Tokens;

    /// <summary>
    /// The fastest budget, in padded tokens: one pass for each over a part of the texts, and a second pass for the best
    /// three.
    /// </summary>
    public int BestBudget()
    {
        var own = loaded.Encoder.MicroBatchTokens;
        var budgets = Parts.Select(share => (int)(share * own)).ToArray();
        // Enough texts for the largest budget, on a GPU too.
        var part = new TextEncoder(loaded).Tokenize(texts, 0, Math.Min(160 * own / CpuMicroBatch, texts.Count));
        using (part)
        {
            // The first pass of every shape sets it up.
            foreach (var budget in budgets)
                Rate(part, budget);
            var best = budgets.OrderByDescending(budget => Rate(part, budget)).Take(3).ToArray();
            return best.MaxBy(budget => Math.Max(Rate(part, budget), Rate(part, budget)));
        }
    }

    /// <summary>One pass over all texts; returns tokens per second.</summary>
    public double Rate(int budget) => Rate(window, budget);

    public void Dispose() => window.Dispose();

    private double Rate(TokenWindow tokens, int budget)
    {
        var encoder = new WindowEncoder(loaded.Encoder, budget);
        return tokens.Tokens / clock.Seconds(() =>
            encoder.Run(tokens, heads, default, logits.AsMemory(0, tokens.Count * heads.Labels)));
    }
}
