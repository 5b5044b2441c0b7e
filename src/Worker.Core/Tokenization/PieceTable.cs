using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Worker.Core.Tokenization;

/// <summary>
/// From the UTF-8 bytes of a piece to its id. Pieces of up to 16 bytes, nearly all of them, are keys in the slots
/// themselves (open addressing, at most half full), so that a look-up touches one or two cache lines; longer ones are
/// in a dictionary. Immutable once built.
/// </summary>
internal sealed class PieceTable
{
    /// <summary>Bytes of the longest piece that is kept as a vector.</summary>
    public const int VectorBytes = 16;

    // Masks[n] keeps the first n bytes of a vector.
    private static readonly Vector128<byte>[] Masks =
    [
        .. Enumerable.Range(0, VectorBytes + 1)
            .Select(n => Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)n))),
    ];

    private readonly Slot[] slots;
    private readonly int shift;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> longer;

    /// <param name="pieces">Bytes and id; bytes are not empty and each occurs once.</param>
    public PieceTable(IReadOnlyCollection<(byte[] Bytes, int Id)> pieces)
    {
        var bits = BitOperations.Log2((uint)Math.Max(pieces.Count, 1)) + 2;
        slots = new Slot[1 << bits];
        shift = 64 - bits;
        longer = new Dictionary<byte[], int>(PieceComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var (bytes, id) in pieces)
        {
            LongestPiece = Math.Max(LongestPiece, bytes.Length);
            if (bytes.Length > VectorBytes)
                longer.Dictionary.Add(bytes, id);
            else
                Insert(bytes, id);
        }
    }

    /// <summary>Bytes of the longest piece; 0 if there is none.</summary>
    public int LongestPiece { get; }

    /// <summary>The first <paramref name="length"/> bytes of a vector, the rest zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Prefix(Vector128<byte> bytes, int length) => bytes & Masks[length];

    /// <summary>Id of a piece of 1 to 16 bytes, given with zeros after them; −1 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(Vector128<byte> piece, int length)
    {
        var key = piece.AsUInt64();
        var low = key.GetElement(0);
        var high = key.GetElement(1);
        ref var first = ref MemoryMarshal.GetArrayDataReference(slots);
        for (var index = Hash(low, high); ; index = (index + 1) & (slots.Length - 1))
        {
            ref var slot = ref Unsafe.Add(ref first, index);
            // The length distinguishes "a" from "a" followed by a zero byte.
            if (slot.Low == low && slot.High == high && slot.Length == length)
                return slot.Id;
            if (slot.Length == 0)
                return -1;
        }
    }

    /// <summary>Id of a piece of more than 16 bytes; −1 when there is none.</summary>
    public int FindLonger(ReadOnlySpan<byte> piece) => longer.TryGetValue(piece, out var id) ? id : -1;

    private void Insert(byte[] bytes, int id)
    {
        Span<byte> padded = stackalloc byte[VectorBytes];
        padded.Clear();
        bytes.CopyTo(padded);
        var key = Vector128.Create<byte>(padded).AsUInt64();
        var index = Hash(key.GetElement(0), key.GetElement(1));
        while (slots[index].Length != 0)
            index = (index + 1) & (slots.Length - 1);
        slots[index] = new Slot { Low = key.GetElement(0), High = key.GetElement(1), Length = bytes.Length, Id = id };
    }

    // Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4): the upper bits depend on all bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Hash(ulong low, ulong high) =>
        (int)((((low ^ (low >> 32)) + BitOperations.RotateLeft(high * 0xD6E8FEB86659FD93, 29))
            * 0x9E3779B97F4A7C15) >> shift);

    private struct Slot
    {
        public ulong Low;
        public ulong High;
        public int Length;
        public int Id;
    }

    private sealed class PieceComparer : IEqualityComparer<byte[]>,
        IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static PieceComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
