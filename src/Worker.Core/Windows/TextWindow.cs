using System.Buffers;

namespace Worker.Core.Windows;

/// <summary>
/// The decoded texts of a window, so that no message is decoded a second time. A text that is an unchanged part of its
/// message's value takes no memory here: only its place is kept. A text that the decoder had to assemble (escapes,
/// base64, replaced bytes) is copied into one growing pooled buffer. One owner at a time: it moves through the stages
/// together with its window and goes back to the pool once, by <see cref="Dispose"/>.
/// </summary>
public sealed class TextWindow : IDisposable
{
    private const int FirstCopies = 4096;

    private Place[] places;
    private byte[] copies = [];
    private int used;

    public TextWindow(int texts) => places = ArrayPool<Place>.Shared.Rent(Math.Max(16, texts));

    /// <summary>Texts added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the next text.</summary>
    /// <param name="value">The message's value.</param>
    /// <param name="text">UTF-8: a part of the value, or bytes elsewhere, which are copied.</param>
    public void Add(ReadOnlySpan<byte> value, ReadOnlySpan<byte> text)
    {
        if (Count == places.Length)
            places = Grow(places, Count, Count * 2);
        var isPart = value.Overlaps(text, out var start);
        places[Count++] = new Place(isPart || text.IsEmpty ? start : ~Copy(text), text.Length);
    }

    /// <summary>One text, in UTF-8; valid as long as both the value and this exist.</summary>
    /// <param name="text">Its index.</param>
    /// <param name="value">The value that it was added with.</param>
    public ReadOnlySpan<byte> Text(int text, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)text, (uint)Count, nameof(text));
        var (start, length) = places[text];
        return start >= 0 ? value.Slice(start, length) : copies.AsSpan(~start, length);
    }

    public void Dispose()
    {
        if (places.Length == 0)
            return;
        ArrayPool<Place>.Shared.Return(places);
        ArrayPool<byte>.Shared.Return(copies);
        (places, copies, Count) = ([], [], 0);
    }

    private int Copy(ReadOnlySpan<byte> text)
    {
        if (copies.Length - used < text.Length)
            copies = Grow(copies, used, Math.Max(Math.Max(FirstCopies, copies.Length * 2), used + text.Length));
        text.CopyTo(copies.AsSpan(used));
        used += text.Length;
        return used - text.Length;
    }

    private static T[] Grow<T>(T[] buffer, int used, int capacity)
    {
        var larger = ArrayPool<T>.Shared.Rent(capacity);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(buffer);
        return larger;
    }

    /// <param name="Start">Where the text begins in its value, or, as a complement, in the copies.</param>
    /// <param name="Length">Bytes.</param>
    private readonly record struct Place(int Start, int Length);
}
