using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>
/// Finds the texts of a window that need not be encoded: their tokens came before, in this window or lately. One caller
/// at a time.
/// </summary>
internal sealed class RepeatedTexts(RecentScores recent)
{
    private readonly Dictionary<UInt128, int> firstOf = [];
    private UInt128[] keys = [];
    private int[] sources = [];
    private bool[] known = [];
    private int width;
    private int labels;

    /// <summary>Texts of the last window that were not encoded.</summary>
    public int Repeats { get; private set; }

    /// <summary>Fills the rows of texts that are known.</summary>
    /// <returns>[texts], true for a text that is not to be encoded.</returns>
    public ReadOnlySpan<bool> Find(TokenWindow window, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        var texts = window.Count;
        (width, labels) = texts == 0 ? (0, 0) : (features.Length / texts, logits.Length / texts);
        recent.Use(heads, width, labels);
        Reserve(texts);
        firstOf.Clear();
        Repeats = 0;
        for (var text = 0; text < texts; text++)
        {
            (sources[text], known[text]) = (text, false);
            if (window.Length(text) == 0)
                continue;
            var key = keys[text] = RecentScores.Key(window[text]);
            if (recent.TryTake(key, Row(features, text, width), Row(logits, text, labels)))
                (sources[text], known[text]) = (-1, true);
            else if (!firstOf.TryAdd(key, text))
                (sources[text], known[text]) = (firstOf[key], true);
            Repeats += known[text] ? 1 : 0;
        }
        return known.AsSpan(0, texts);
    }

    /// <summary>Fills the rows of texts that came earlier in the window, and remembers the new ones.</summary>
    /// <param name="window">The window that <see cref="Find"/> got.</param>
    /// <param name="features">With the rows of all texts that were encoded.</param>
    /// <param name="logits">Likewise.</param>
    /// <param name="poison">Texts on which the encoder failed; their repeats are added.</param>
    public void Complete(
        TokenWindow window, Span<float> features, Span<float> logits, ref List<PoisonText>? poison)
    {
        var failed = poison?.ToDictionary(one => one.Text, one => one.Error);
        for (var text = 0; text < window.Count; text++)
        {
            var source = sources[text];
            if (source < 0 || window.Length(text) == 0)
                continue;
            if (failed is not null && failed.TryGetValue(source, out var error))
            {
                if (source != text)
                    poison!.Add(new PoisonText(text, error));
            }
            else if (source == text)
            {
                recent.Add(keys[text], Row(features, text, width), Row(logits, text, labels));
            }
            else
            {
                Row(features, source, width).CopyTo(Row(features, text, width));
                Row(logits, source, labels).CopyTo(Row(logits, text, labels));
            }
        }
    }

    private static Span<float> Row(Span<float> rows, int text, int width) => rows.Slice(text * width, width);

    private void Reserve(int texts)
    {
        if (keys.Length >= texts)
            return;
        var size = Math.Max(texts, keys.Length * 2);
        (keys, sources, known) = (new UInt128[size], new int[size], new bool[size]);
    }
}
