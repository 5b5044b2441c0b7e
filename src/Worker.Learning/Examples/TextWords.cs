using System.Globalization;
using System.Text;

namespace Worker.Learning.Examples;

/// <summary>
/// The content of a text without the differences between copies: its words in lower case, without punctuation, digits
/// and white space. "Order late. Ref 1234" has the same words as "order late ref 99".
/// </summary>
/// <param name="Key">Hash of the words in their order; of the text itself if it has no words.</param>
/// <param name="Features">Hashes of its words and pairs of neighbouring words; rising, each once.</param>
internal readonly record struct TextWords(UInt128 Key, uint[] Features)
{
    public static TextWords Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new TextWords(0, []);
        var words = Words(text);
        if (words.Count == 0)
            return new TextWords(Hash(text.Trim().Select(letter => (ulong)letter)), []);
        var features = new List<uint>(2 * words.Count);
        for (var i = 0; i < words.Count; i++)
        {
            features.Add(Fold(words[i]));
            if (i > 0)
                features.Add(Fold(words[i - 1] * 0x9E3779B97F4A7C15 ^ words[i]));
        }
        features.Sort();
        return new TextWords(Hash(words), [.. features.Distinct()]);
    }

    /// <summary>
    /// Hashes of the words; a symbol such as an emoji is a word, and so is each letter of a script without spaces.
    /// </summary>
    private static List<ulong> Words(string text)
    {
        var words = new List<ulong>();
        var word = 0UL;
        foreach (var rune in text.EnumerateRunes())
        {
            var kind = Kind(rune);
            if (kind is Part.Inside or Part.Nothing)
            {
                word = kind == Part.Inside ? Mix((word ^ (uint)Rune.ToLowerInvariant(rune).Value) + 1) : word;
                continue;
            }
            if (word != 0)
                words.Add(word);
            word = 0;
            if (kind == Part.Alone)
                words.Add(Mix((ulong)rune.Value + 1));
        }
        if (word != 0)
            words.Add(word);
        return words;
    }

    private enum Part
    {
        /// <summary>Ends a word.</summary>
        Between,

        /// <summary>Part of a word.</summary>
        Inside,

        /// <summary>Neither: an apostrophe.</summary>
        Nothing,

        /// <summary>A word of its own.</summary>
        Alone,
    }

    private static Part Kind(Rune rune)
    {
        if (rune.IsAscii)
            return Rune.IsLetter(rune) ? Part.Inside : rune.Value == '\'' ? Part.Nothing : Part.Between;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter => Spaceless(rune.Value) ? Part.Alone : Part.Inside,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => Part.Inside,
            UnicodeCategory.OtherSymbol => Part.Alone,
            _ => Rune.IsLetter(rune) ? Part.Inside : rune.Value == '\u2019' ? Part.Nothing : Part.Between,
        };
    }

    /// <summary>Thai to Burmese, Khmer, kana, ideographs.</summary>
    private static bool Spaceless(int letter) =>
        letter is (>= 0x0E00 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) or (>= 0x3040 and <= 0x30FF) or (
            >= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or >= 0x20000;

    private static UInt128 Hash(IEnumerable<ulong> parts)
    {
        var (low, high) = (1UL, 2UL);
        foreach (var part in parts)
            (low, high) = (Mix(low ^ part), Mix(high + part));
        return new UInt128(high, low);
    }

    private static uint Fold(ulong hash) => (uint)(Mix(hash) >> 32);

    /// <summary>SplitMix64's finaliser (Steele, Lea and Flood 2014).</summary>
    internal static ulong Mix(ulong x)
    {
        x = unchecked(x + 0x9E3779B97F4A7C15);
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EB);
        return x ^ (x >> 31);
    }
}
