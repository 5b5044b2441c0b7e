using System.Diagnostics;
using Worker.Core.Tokenization;

namespace Worker.Measuring;

/// <summary>How many tokens per second one core makes of texts, and what it allocates.</summary>
internal static class TokenizerRate
{
    private const int Repeats = 15;
    private static readonly TimeSpan Warmup = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan MinimumTime = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Prints a line: tokens per second (best, median, lowest of the repeats) and bytes allocated per text.
    /// </summary>
    public static void Print(string name, WordPieceTokenizer tokenizer, IReadOnlyList<byte[]> texts)
    {
        var ids = new int[512];
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Warmup)
            EncodeAll(tokenizer, texts, ids);
        var rates = new Spread();
        var (allocated, encoded) = (0L, 0L);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var tokens = 0L;
            var before = GC.GetAllocatedBytesForCurrentThread();
            started = Stopwatch.GetTimestamp();
            // Many passes per repeat, so that a repeat takes much longer than the clock's resolution.
            do
            {
                tokens += EncodeAll(tokenizer, texts, ids);
                encoded += texts.Count;
            }
            while (Stopwatch.GetElapsedTime(started) < MinimumTime);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            rates.Add(tokens / elapsed);
        }
        Console.WriteLine(
            $"{name}: {rates.Best / 1e6:F1} M tokens/s (median {rates.Median / 1e6:F1}, lowest " +
            $"{rates.Worst / 1e6:F1} of {Repeats}), {allocated / (double)encoded:F2} bytes allocated per text; " +
            $"{texts.Count:N0} texts");
    }

    private static long EncodeAll(WordPieceTokenizer tokenizer, IReadOnlyList<byte[]> texts, int[] ids)
    {
        var tokens = 0L;
        for (var i = 0; i < texts.Count; i++)
            tokens += tokenizer.Encode(texts[i], ids, out _);
        return tokens;
    }
}
