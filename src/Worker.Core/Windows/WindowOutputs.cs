using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>
/// Where the outputs of a window's rows go, and which texts failed. Several lanes put rows at the same time: rows of
/// whole texts are apart from each other, those of chunks are joined by one lane at a time, in the order in which they
/// come.
/// </summary>
/// <param name="rows">Token ids of what the device takes.</param>
/// <param name="chunks">Which texts the rows belong to; null where each row is the text at its place.</param>
/// <param name="heads">Heads laid out for the encoder.</param>
/// <param name="features">[texts, feature width]; empty when not wanted.</param>
/// <param name="logits">[texts, labels]; empty when not wanted.</param>
internal sealed class WindowOutputs(
    TokenWindow rows, WindowRows? chunks, HeadMatrix heads, Memory<float> features, Memory<float> logits)
{
    private readonly Lock gate = new();
    private List<PoisonText>? poison;

    public TokenWindow Rows => rows;

    public HeadMatrix Heads => heads;

    public bool HasFeatures => !features.IsEmpty;

    public bool HasLogits => !logits.IsEmpty;

    /// <summary>Texts that failed, each once; null for none. Once all lanes have ended.</summary>
    public List<PoisonText>? Poison => poison;

    /// <summary>Puts one row's outputs in their place.</summary>
    public void Put(int row, ReadOnlySpan<float> rowFeatures, ReadOnlySpan<float> rowLogits)
    {
        if (chunks is not null && !chunks.IsWhole(row))
        {
            lock (gate)
                chunks.Join(row, rowFeatures, features.Span, rowLogits, logits.Span);
            return;
        }
        var text = TextOf(row);
        rowFeatures.CopyTo(features.Span.Slice(text * rowFeatures.Length, rowFeatures.Length));
        rowLogits.CopyTo(logits.Span.Slice(text * rowLogits.Length, rowLogits.Length));
    }

    /// <summary>The device failed on a row alone.</summary>
    public void Fail(int row, Exception error)
    {
        var text = TextOf(row);
        lock (gate)
        {
            // Another chunk of the same text may have failed before.
            if (poison is null || !poison.Exists(one => one.Text == text))
                (poison ??= []).Add(new PoisonText(text, error));
        }
    }

    private int TextOf(int row) => chunks?.TextOf(row) ?? row;
}
