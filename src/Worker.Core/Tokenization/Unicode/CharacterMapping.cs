using System.Runtime.InteropServices;
using System.Text;

namespace Worker.Core.Tokenization.Unicode;

/// <summary>
/// The result of the reference's steps, one after the other, for a single character: BertNormalizer (clean, space out
/// Han, decompose and strip accents, lower-case), then BertPreTokenizer (split at whitespace, isolate punctuation).
/// </summary>
internal sealed class CharacterMapping(TokenizerSettings settings)
{
    private readonly List<MappedCharacter> mapped = [];

    /// <summary>At least one character, valid until the next call; a removed one is reported as such.</summary>
    public ReadOnlySpan<MappedCharacter> Map(Rune rune)
    {
        mapped.Clear();
        if (settings.CleanText && IsCleanedAway(rune.Value))
            mapped.Add(new(CharacterKind.Removed, rune.Value));
        else
            Normalize(rune);
        return CollectionsMarshal.AsSpan(mapped);
    }

    private void Normalize(Rune rune)
    {
        var chinese = settings.SplitChinese && CategoryRanges.Contains(CategoryRanges.Chinese, rune.Value);
        var strippedStarter = false;
        var parts = settings.StripsAccents ? CanonicalMapping.Decompose(rune) : rune.ToString();
        foreach (var part in parts.EnumerateRunes())
        {
            if (settings.StripsAccents && CategoryRanges.Contains(CategoryRanges.NonSpacingMarks, part.Value))
            {
                strippedStarter |= CanonicalMapping.IsStarter(part);
                continue;
            }
            var letters = settings.LowerCase ? CanonicalMapping.ToLower(part) : part.ToString();
            foreach (var letter in letters.EnumerateRunes())
                mapped.Add(new(Kind(letter), letter.Value));
        }
        if (mapped.Count == 0)
            mapped.Add(new(strippedStarter ? CharacterKind.StrippedStarter : CharacterKind.Removed, rune.Value));
        else if (chinese)
            SpaceOut();
    }

    private void SpaceOut()
    {
        if (mapped.Count == 1 && mapped[0].Kind == CharacterKind.Letter)
        {
            mapped[0] = mapped[0] with { Kind = CharacterKind.Isolated };
            return;
        }
        var space = new MappedCharacter(CharacterKind.Space, ' ');
        mapped.Insert(0, space);
        mapped.Add(space);
    }

    private CharacterKind Kind(Rune rune)
    {
        if (Rune.IsWhiteSpace(rune))
            return CharacterKind.Space;
        if (IsPunctuation(rune.Value))
            return CharacterKind.Isolated;
        // Without stripping, nothing is decomposed or put in canonical order.
        var ordered = settings.StripsAccents && CanonicalMapping.KeptMarkClass(rune.Value) != 0;
        return ordered ? CharacterKind.Mark : CharacterKind.Letter;
    }

    /// <summary>Controls (except tab and line ends, which are whitespace), formats, private use, U+FFFD.</summary>
    private static bool IsCleanedAway(int codePoint) => codePoint < 0x80
        ? (codePoint < ' ' && codePoint is not ('\t' or '\n' or '\r')) || codePoint == 0x7F
        : codePoint == 0xFFFD || CategoryRanges.Contains(CategoryRanges.ControlFormatPrivate, codePoint);

    /// <summary>In ASCII also the symbols, such as $ and +.</summary>
    private static bool IsPunctuation(int codePoint) => codePoint < 0x80
        ? char.IsPunctuation((char)codePoint) || char.IsSymbol((char)codePoint)
        : CategoryRanges.Contains(CategoryRanges.Punctuation, codePoint);
}
