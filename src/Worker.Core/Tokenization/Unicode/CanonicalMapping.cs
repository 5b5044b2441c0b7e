using System.Text;

namespace Worker.Core.Tokenization.Unicode;

/// <summary>
/// Canonical decomposition, combining classes and lower-casing, pinned to the Unicode versions of the reference
/// implementation in case those of the running machine (ICU) are older or newer. Existing decompositions and classes
/// never change (Unicode's stability policy), so only additions need a pin.
/// </summary>
internal static class CanonicalMapping
{
    /// <summary>Characters above the BMP with a decomposition in Unicode 9.0, the reference's version.</summary>
    private static ReadOnlySpan<int> Decomposable =>
    [
        0x1109A, 0x1109A, 0x1109C, 0x1109C, 0x110AB, 0x110AB, 0x1112E, 0x1112F, 0x1134B, 0x1134C, 0x114BB, 0x114BC,
        0x114BE, 0x114BE, 0x115BA, 0x115BB, 0x1D15E, 0x1D164, 0x1D1BB, 0x1D1C0, 0x2F800, 0x2FA1D,
    ];

    /// <summary>
    /// Characters with a combining class (Unicode 9.0) that are not stripped as accents, and so can stand in a word
    /// and be put in canonical order: first, last, class.
    /// </summary>
    private static ReadOnlySpan<int> KeptMarks =>
    [
        0x08D4, 0x08E1, 230, 0x1B44, 0x1B44, 9, 0x1BAA, 0x1BAA, 9, 0x1BF2, 0x1BF3, 9, 0x1DFB, 0x1DFB, 230,
        0x302E, 0x302F, 224, 0xA953, 0xA953, 9, 0xA9C0, 0xA9C0, 9, 0x111C0, 0x111C0, 9, 0x11235, 0x11235, 9,
        0x1134D, 0x1134D, 9, 0x11442, 0x11442, 9, 0x11446, 0x11446, 7, 0x116B6, 0x116B6, 9, 0x11C3F, 0x11C3F, 9,
        0x1D165, 0x1D166, 216, 0x1D16D, 0x1D16D, 226, 0x1D16E, 0x1D172, 216, 0x1E000, 0x1E006, 230,
        0x1E008, 0x1E018, 230, 0x1E01B, 0x1E021, 230, 0x1E023, 0x1E024, 230, 0x1E026, 0x1E02A, 230,
        0x1E944, 0x1E949, 230, 0x1E94A, 0x1E94A, 7,
    ];

    /// <summary>
    /// Lower case of letters from Unicode 16 and 17, which the machine's data may not know yet: first, last, distance.
    /// </summary>
    private static ReadOnlySpan<int> RecentLowerCase =>
    [
        0x1C89, 0x1C89, 1, 0xA7CB, 0xA7CB, 0x0264 - 0xA7CB, 0xA7CC, 0xA7CC, 1, 0xA7CE, 0xA7CE, 1, 0xA7D2, 0xA7D2, 1,
        0xA7D4, 0xA7D4, 1, 0xA7DA, 0xA7DA, 1, 0xA7DC, 0xA7DC, 0x019B - 0xA7DC, 0x10D50, 0x10D65, 0x20,
        0x16EA0, 0x16EB8, 0x1B,
    ];

    /// <summary>Canonical decomposition (NFD) of one character; the character itself if it has none.</summary>
    public static string Decompose(Rune rune)
    {
        var text = rune.ToString();
        return MayDecompose(rune.Value) ? text.Normalize(NormalizationForm.FormD) : text;
    }

    /// <summary>
    /// Lower case by character, without context: U+0130 becomes two characters (SpecialCasing.txt), a final sigma
    /// does not differ from one inside a word.
    /// </summary>
    public static string ToLower(Rune rune)
    {
        if (rune.Value == 0x0130)
            return "i\u0307";
        var distance = Find(RecentLowerCase, rune.Value);
        return distance != 0 ? new Rune(rune.Value + distance).ToString() : Rune.ToLowerInvariant(rune).ToString();
    }

    /// <summary>Combining class of a mark that stays in a word after stripping, 0 for any other character.</summary>
    public static int KeptMarkClass(int codePoint) => Find(KeptMarks, codePoint);

    /// <summary>Whether a mark has combining class 0, so that no other mark is ordered across it.</summary>
    public static bool IsStarter(Rune mark)
    {
        // Class 1 (U+0334) would move before any higher class, and class 240 (U+0345, the highest) after any lower.
        var afterLowest = $"{mark}\u0334";
        var beforeHighest = $"\u0345{mark}";
        return IsUnchanged(afterLowest) && IsUnchanged(beforeHighest);
    }

    private static bool IsUnchanged(string text) => text.IsNormalized(NormalizationForm.FormD);

    /// <summary>No character below U+00C0 does, nor any in the blocks of unified ideographs or private use.</summary>
    private static bool MayDecompose(int codePoint) => codePoint switch
    {
        >= 0xFDD0 and <= 0xFDEF => false, // Noncharacters, which the framework refuses to normalise.
        >= 0x00C0 and < 0x3400 or >= 0xA000 and < 0xD800 or >= 0xF900 and < 0xFFFE => true,
        _ => CategoryRanges.Contains(Decomposable, codePoint),
    };

    private static int Find(ReadOnlySpan<int> triples, int codePoint)
    {
        for (var i = 0; i < triples.Length; i += 3)
            if (codePoint >= triples[i] && codePoint <= triples[i + 1])
                return triples[i + 2];
        return 0;
    }

    /// <summary>Fails if the process has no Unicode data for normalisation and casing.</summary>
    /// <exception cref="MissingUnicodeDataException">The process runs with invariant globalization.</exception>
    public static void RequireGlobalizationData()
    {
        // Normalisation itself is tested, because an environment variable does not set the switch.
        var invariant = AppContext.TryGetSwitch("System.Globalization.Invariant", out var on) && on;
        if (invariant || "\u00E9".Normalize(NormalizationForm.FormD).Length != 2)
            throw new MissingUnicodeDataException();
    }
}
