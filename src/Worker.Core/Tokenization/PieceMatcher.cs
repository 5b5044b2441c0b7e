using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Worker.Core.Tokenization;

/// <summary>
/// WordPiece: covers a word from left to right, each time with the longest piece that fits. A word that cannot be
/// covered is one unknown token. Immutable.
/// </summary>
/// <param name="prefix">The mark of vocabulary entries that continue a word.</param>
internal sealed class PieceMatcher(Vocabulary vocabulary, string prefix, int unknown)
{
    private readonly PieceTable initial = new(vocabulary.InitialPieces());
    private readonly PieceTable continuing = new(vocabulary.ContinuingPieces(prefix));

    /// <summary>Adds a word of at most 16 bytes, given with zeros after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddShort(Vector128<byte> word, int length, scoped ref TokenWriter output)
    {
        var id = initial.Find(word, length);
        if (id >= 0)
            output.Add(id);
        else
            AddPieces(word, length, ref output);
    }

    /// <summary>Adds a word.</summary>
    /// <param name="word">UTF-8, with one readable vector behind it.</param>
    public void Add(scoped ReadOnlySpan<byte> word, scoped ref TokenWriter output)
    {
        var before = output.Count;
        var pieces = initial;
        for (var start = 0; start < word.Length;)
        {
            var id = Longest(pieces, word, start, out var length);
            if (id < 0)
            {
                output.Replace(before, unknown);
                return;
            }
            output.Add(id);
            start += length;
            pieces = continuing;
        }
    }

    private void AddPieces(Vector128<byte> word, int length, scoped ref TokenWriter output)
    {
        Span<byte> bytes = stackalloc byte[2 * PieceTable.VectorBytes];
        word.CopyTo(bytes);
        Add(bytes[..length], ref output);
    }

    private static int Longest(PieceTable pieces, ReadOnlySpan<byte> word, int start, out int length)
    {
        for (length = Math.Min(word.Length - start, pieces.LongestPiece); length > PieceTable.VectorBytes; length--)
            if (IsBoundary(word, start + length))
            {
                var id = pieces.FindLonger(word.Slice(start, length));
                if (id >= 0)
                    return id;
            }
        var bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(word), (nuint)start);
        for (; length > 0; length--)
            if (IsBoundary(word, start + length))
            {
                var id = pieces.Find(PieceTable.Prefix(bytes, length), length);
                if (id >= 0)
                    return id;
            }
        return -1;
    }

    /// <summary>
    /// Whether a character ends before this byte. No piece ends elsewhere, so other lengths need no look-up.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBoundary(ReadOnlySpan<byte> word, int index) =>
        index == word.Length || (word[index] & 0xC0) != 0x80;
}
