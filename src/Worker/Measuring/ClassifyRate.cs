using System.Text;
using Worker.Classifying;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Reading;

namespace Worker.Measuring;

/// <summary>'worker classify' without files: from texts in memory to JSON lines that are discarded.</summary>
internal sealed class ClassifyRate(
    LoadedEncoder loaded, HeadSet heads, IReadOnlyList<byte[]> texts, BenchClock clock)
{
    /// <summary>Tokens per second, from the first text to the last line.</summary>
    /// <param name="tokens">Tokens of all texts.</param>
    public double Run(int tokens, CancellationToken stop)
    {
        var rows = texts.Select((text, row) => new TextRow(row + 1, Encoding.UTF8.GetString(text), null));
        var classification = new TextClassification(loaded, heads, null, "bench", TimeProvider.System);
        var started = clock.Now;
        using var ahead = new TextReadAhead(
            rows, loaded.Tokenizer, loaded.Encoder.MaxTextTokens, TextClassification.Ahead, keepsTexts: false, Failed);
        var count = classification.Run(ahead, new ResultLines(Stream.Null), Failed, stop);
        return count == texts.Count ? tokens / (clock.Now - started)
            : throw new InvalidOperationException($"{count} of {texts.Count} texts were classified");
    }

    private static void Failed(string problem) => throw new InvalidOperationException(problem);
}
