using System.Buffers;

namespace Worker.Core.Numerics;

/// <summary>
/// Memory that is used for a moment and given back. For arrays of a value for each of many rows: new ones of that size
/// would lie on the large object heap, which is collected late.
/// </summary>
/// <param name="length">Values; what they are at first is not defined.</param>
internal readonly ref struct Rented<T>(int length) : IDisposable
{
    /// <summary>At least [length]; what is after the length means nothing.</summary>
    public T[] Array { get; } = ArrayPool<T>.Shared.Rent(length);

    /// <summary>[length].</summary>
    public Span<T> Span => Array.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(Array);
}
