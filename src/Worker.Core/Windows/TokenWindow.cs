using System.Buffers;

namespace Worker.Core.Windows;

/// <summary>
/// The token ids of a window's texts, one after the other in one growing pooled buffer; text i of the window owns
/// <see cref="this[int]"/>. A text without ids (one that could not be decoded) has length 0. One owner at a time: it
/// moves through the stages together with its window and goes back to the pool once, by <see cref="Dispose"/>.
/// </summary>
public sealed class TokenWindow : IDisposable
{
    private int[] ids;
    private int[] ends;

    public TokenWindow(int texts)
    {
        ids = ArrayPool<int>.Shared.Rent(Math.Max(1024, texts * 32));
        ends = ArrayPool<int>.Shared.Rent(Math.Max(16, texts));
    }

    /// <summary>Texts added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Token ids of all texts together.</summary>
    public int Tokens => Count == 0 ? 0 : ends[Count - 1];

    /// <summary>Token ids of one text.</summary>
    public ReadOnlySpan<int> this[int text]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)text, (uint)Count, nameof(text));
            return ids.AsSpan(Start(text)..ends[text]);
        }
    }

    /// <summary>Tokens of one text.</summary>
    public int Length(int text) => ends[text] - Start(text);

    /// <summary>
    /// Room for the next text's ids, at least the number asked for; call <see cref="Add"/> with how many were written.
    /// </summary>
    public Span<int> Room(int tokens)
    {
        var used = Tokens;
        if (ids.Length - used < tokens)
            ids = Grow(ids, used, Math.Max(ids.Length * 2, used + tokens));
        return ids.AsSpan(used, tokens);
    }

    /// <summary>Adds the next text, whose ids were written to the start of <see cref="Room"/>.</summary>
    public void Add(int tokens)
    {
        if (Count == ends.Length)
            ends = Grow(ends, Count, Count * 2);
        ends[Count] = Tokens + tokens;
        Count++;
    }

    public void Dispose()
    {
        if (ids.Length == 0)
            return;
        ArrayPool<int>.Shared.Return(ids);
        ArrayPool<int>.Shared.Return(ends);
        ids = ends = [];
        Count = 0;
    }

    private int Start(int text) => text == 0 ? 0 : ends[text - 1];

    private static int[] Grow(int[] buffer, int used, int capacity)
    {
        var larger = ArrayPool<int>.Shared.Rent(capacity);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<int>.Shared.Return(buffer);
        return larger;
    }
}
