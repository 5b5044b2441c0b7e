using System.Text;
using Worker.Core.Tokenization.Unicode;

namespace Worker.Core.Tokenization;

/// <summary>Collects one word's normalised characters as UTF-8, and puts its marks in canonical order.</summary>
/// <param name="scratch">Room for <paramref name="maxCharacters"/> characters of 4 bytes and one vector to
/// spare.</param>
/// <param name="maxCharacters">Characters beyond this number are not kept, because the word is too long anyway.</param>
internal ref struct WordBuffer(Span<byte> scratch, int maxCharacters)
{
    private readonly Span<byte> scratch = scratch;
    private readonly int maxCharacters = maxCharacters;
    private int length;
    private int marksStart = -1;

    /// <summary>Bytes to allocate for words of that many characters.</summary>
    public static int Size(int maxCharacters) => (maxCharacters * 4) + PieceTable.VectorBytes;

    /// <summary>Characters in the word; one more than allowed stands for any higher number.</summary>
    public int Characters { get; private set; }

    private readonly bool IsFull => Characters >= maxCharacters;

    /// <summary>The word; the memory after it is readable for one more vector.</summary>
    public readonly ReadOnlySpan<byte> Bytes => scratch[..length];

    public void Clear()
    {
        length = 0;
        Characters = 0;
        marksStart = -1;
    }

    /// <summary>Adds a letter or mark, or notes a stripped character; nothing else may be passed.</summary>
    public void Add(MappedCharacter character)
    {
        if (character.Kind == CharacterKind.Removed)
            return;
        if (character.Kind == CharacterKind.Mark && !IsFull)
        {
            AddMark(character.CodePoint);
            return;
        }
        // Marks are not ordered across any other character, whether it stays or not.
        marksStart = -1;
        if (character.Kind != CharacterKind.StrippedStarter)
            Append(character.CodePoint);
    }

    /// <summary>
    /// Adds a mark after those of the same or a lower combining class that follow the last starter (the Canonical
    /// Ordering Algorithm, Unicode Standard 3.11).
    /// </summary>
    private void AddMark(int codePoint)
    {
        if (marksStart < 0)
            marksStart = length;
        var start = length;
        Append(codePoint);
        var own = CanonicalMapping.KeptMarkClass(codePoint);
        Span<byte> mark = stackalloc byte[4];
        scratch[start..length].CopyTo(mark);
        mark = mark[..(length - start)];
        while (start > marksStart)
        {
            Rune.DecodeLastFromUtf8(scratch[marksStart..start], out var before, out var bytes);
            if (CanonicalMapping.KeptMarkClass(before.Value) <= own)
                break;
            scratch.Slice(start - bytes, bytes).CopyTo(scratch[(start - bytes + mark.Length)..]);
            start -= bytes;
            mark.CopyTo(scratch[start..]);
        }
    }

    private void Append(int codePoint)
    {
        if (IsFull)
        {
            Characters = maxCharacters + 1;
            return;
        }
        length += new Rune(codePoint).EncodeToUtf8(scratch[length..]);
        Characters++;
    }
}
