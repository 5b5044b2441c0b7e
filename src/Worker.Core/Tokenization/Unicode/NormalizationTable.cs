using System.Text;

namespace Worker.Core.Tokenization.Unicode;

/// <summary>
/// Cleaning, Han spacing, accent stripping, lower-casing and splitting at whitespace and punctuation, composed for one
/// set of settings into a single look-up by code point. This is possible because each step maps characters one by one.
/// The only exception is canonical order, for which marks are flagged (<see cref="CharacterKind.Mark"/>). Immutable.
/// </summary>
internal sealed class NormalizationTable
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;
    private const int CodePoints = 0x110000;

    // An entry is a kind (low 3 bits) and a payload: for Letter, Mark and Isolated the distance to the character it is
    // mapped to (so that unchanged blocks share one page), for Sequence where in the sequences it starts and its
    // length.
    private const int KindBits = 3;
    private const int KindMask = (1 << KindBits) - 1;
    private const int LengthBits = 3;

    private readonly ushort[] pageOf = new ushort[CodePoints >> PageBits];
    private readonly int[] entries;
    private readonly MappedCharacter[] sequences;

    public NormalizationTable(TokenizerSettings settings)
    {
        var pages = new List<int>();
        var expanded = new List<MappedCharacter>();
        var page = new int[PageSize];
        var mapping = new CharacterMapping(settings);
        for (var number = 0; number < pageOf.Length; number++)
        {
            if (IsUniform(number))
                Array.Fill(page, Entry(number << PageBits, mapping, expanded));
            else
                for (var i = 0; i < PageSize; i++)
                    page[i] = Entry((number << PageBits) + i, mapping, expanded);
            pageOf[number] = Store(page, pages);
        }
        entries = [.. pages];
        sequences = [.. expanded];
    }

    /// <summary>
    /// What a character becomes; for <see cref="CharacterKind.Sequence"/> see <see cref="Sequence"/>.
    /// </summary>
    public MappedCharacter this[int codePoint]
    {
        get
        {
            var entry = entries[(pageOf[codePoint >> PageBits] << PageBits) + (codePoint & (PageSize - 1))];
            return new((CharacterKind)(entry & KindMask), codePoint + (entry >> KindBits));
        }
    }

    /// <summary>
    /// The characters that a <see cref="CharacterKind.Sequence"/> is mapped to, none of them a sequence.
    /// </summary>
    public ReadOnlySpan<MappedCharacter> Sequence(int codePoint, MappedCharacter mapped)
    {
        var payload = mapped.CodePoint - codePoint;
        return sequences.AsSpan(payload >> LengthBits, payload & ((1 << LengthBits) - 1));
    }

    /// <summary>
    /// Whether all characters of a page are known to be treated alike: from plane 3 on there are only letters and
    /// private use, except for the tags, the variation selectors, and the pages that end in noncharacters.
    /// </summary>
    private static bool IsUniform(int page) => page >= 0x300 && page is not (0xE00 or 0xE01 or 0xFFF or 0x10FF);

    private static int Entry(int codePoint, CharacterMapping mapping, List<MappedCharacter> expanded)
    {
        if (!Rune.TryCreate(codePoint, out var rune))
            return (int)CharacterKind.Letter; // A surrogate; it never occurs, because text is decoded from UTF-8.
        var mapped = mapping.Map(rune);
        if (mapped.Length == 1)
            return (int)mapped[0].Kind | ((mapped[0].CodePoint - codePoint) << KindBits);
        var payload = (expanded.Count << LengthBits) | mapped.Length;
        expanded.AddRange(mapped);
        return (int)CharacterKind.Sequence | (payload << KindBits);
    }

    /// <summary>
    /// The number of a page equal to this one; most are equal to the one stored last or to the first few.
    /// </summary>
    private static ushort Store(int[] page, List<int> pages)
    {
        var stored = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pages);
        for (var start = stored.Length - PageSize; start >= 0; start -= PageSize)
            if (stored.Slice(start, PageSize).SequenceEqual(page))
                return (ushort)(start >> PageBits);
        pages.AddRange(page);
        return (ushort)((pages.Count >> PageBits) - 1);
    }
}

/// <summary>A character after normalisation.</summary>
/// <param name="Kind">What it does to the word.</param>
/// <param name="CodePoint">The character itself; meaningless for kinds that have none.</param>
internal readonly record struct MappedCharacter(CharacterKind Kind, int CodePoint);
