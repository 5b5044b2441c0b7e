using System.Numerics.Tensors;
using Worker.Core.Encoders;

namespace Worker.Core.Windows;

/// <summary>
/// The rows of a window in which some texts are longer than the device takes: a text that fits is one row, a longer one
/// a row for each of its chunks. It joins what the device says of chunks as they come, in whatever batches. One caller
/// at a time.
/// </summary>
internal sealed class WindowRows : IDisposable
{
    private readonly Chunking chunking;
    private readonly List<int> texts = [];
    private readonly int[] counts;

    private WindowRows(TokenWindow window, Chunking chunking)
    {
        this.chunking = chunking;
        counts = new int[window.Count];
        Tokens = new TokenWindow(window.Count);
    }

    /// <summary>Token ids of the rows.</summary>
    public TokenWindow Tokens { get; }

    /// <summary>The rows of a window; null if each text is a row.</summary>
    /// <param name="window">Token ids.</param>
    /// <param name="chunking">How long texts are read; null if there are none.</param>
    /// <param name="known">[texts], true for texts that are not encoded; empty for none.</param>
    /// <param name="features">[texts, feature width], made ready where texts have chunks; empty if not wanted.</param>
    /// <param name="logits">[texts, labels], likewise.</param>
    public static WindowRows? Of(
        TokenWindow window, Chunking? chunking, ReadOnlySpan<bool> known, Span<float> features, Span<float> logits)
    {
        if (chunking is null || !AreNeeded(window, chunking, known))
            return null;
        var rows = new WindowRows(window, chunking);
        for (var text = 0; text < window.Count; text++)
            if (window.Length(text) > 0 && (known.IsEmpty || !known[text]))
                rows.Add(window, text, features, logits);
        return rows;
    }

    /// <summary>The text that a row belongs to.</summary>
    public int TextOf(int row) => texts[row];

    /// <summary>Whether a row is a whole text.</summary>
    public bool IsWhole(int row) => counts[texts[row]] == 1;

    /// <summary>Joins what the device said of a chunk to what is known of its text.</summary>
    /// <param name="row">The chunk.</param>
    /// <param name="rowFeatures">[feature width]; empty when not wanted.</param>
    /// <param name="features">[texts, feature width].</param>
    /// <param name="rowLogits">[labels]; empty when not wanted.</param>
    /// <param name="logits">[texts, labels].</param>
    public void Join(
        int row, ReadOnlySpan<float> rowFeatures, Span<float> features, ReadOnlySpan<float> rowLogits,
        Span<float> logits)
    {
        var text = texts[row];
        Join(chunking.Features, rowFeatures, Row(features, text, rowFeatures.Length), counts[text]);
        Join(chunking.Pooling, rowLogits, Row(logits, text, rowLogits.Length), counts[text]);
    }

    public void Dispose() => Tokens.Dispose();

    private static bool AreNeeded(TokenWindow window, Chunking chunking, ReadOnlySpan<bool> known)
    {
        for (var text = 0; text < window.Count; text++)
            if (window.Length(text) > chunking.RowTokens && (known.IsEmpty || !known[text]))
                return true;
        return false;
    }

    private static void Join(ChunkPooling pooling, ReadOnlySpan<float> chunk, Span<float> text, int chunks)
    {
        if (pooling == ChunkPooling.Max)
            TensorPrimitives.Max(text, chunk, text);
        else
            TensorPrimitives.MultiplyAdd(chunk, 1f / chunks, text, text);
    }

    private void Add(TokenWindow window, int text, Span<float> features, Span<float> logits)
    {
        var ids = window[text];
        var count = counts[text] = chunking.Count(ids.Length);
        if (count == 1)
        {
            ids.CopyTo(Tokens.Room(ids.Length));
            Tokens.Add(ids.Length);
            texts.Add(text);
            return;
        }
        Row(features, text, features.Length / window.Count).Fill(Start(chunking.Features));
        Row(logits, text, logits.Length / window.Count).Fill(Start(chunking.Pooling));
        for (var chunk = 0; chunk < count; chunk++)
        {
            Tokens.Add(chunking.Write(ids, count, chunk, Tokens.Room(chunking.RowTokens)));
            texts.Add(text);
        }
    }

    private static float Start(ChunkPooling pooling) => pooling == ChunkPooling.Max ? float.NegativeInfinity : 0;

    private static Span<float> Row(Span<float> rows, int text, int width) => rows.Slice(text * width, width);
}
