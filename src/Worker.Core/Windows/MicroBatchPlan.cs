using System.Buffers;

namespace Worker.Core.Windows;

/// <summary>
/// Cuts a window into micro-batches: texts sorted by length, longest first, each batch as many texts as fit a budget
/// of padded tokens (texts × longest text). Sorting makes padding rare; a small budget keeps a batch's activations in
/// a CPU's cache, a large one keeps a GPU busy. A text longer than the budget is a batch of its own.
/// </summary>
public sealed class MicroBatchPlan
{
    private int[] order = [];
    private long[] keys = [];

    /// <summary>Indices of the window's texts that have tokens, longest first, ties in window order.</summary>
    public ReadOnlySpan<int> Order => order.AsSpan(0, Count);

    /// <summary>How many texts have tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Plans a window; texts without tokens are left out.</summary>
    public void Sort(TokenWindow window)
    {
        if (order.Length < window.Count)
        {
            order = new int[Math.Max(window.Count, order.Length * 2)];
            keys = new long[order.Length];
        }
        Count = 0;
        for (var text = 0; text < window.Count; text++)
        {
            var length = window.Length(text);
            if (length == 0)
                continue;
            // One key orders by length descending, then by place: a stable sort without a comparer.
            keys[Count] = ((long)(int.MaxValue - length) << 32) | (uint)text;
            order[Count++] = text;
        }
        Array.Sort(keys, order, 0, Count);
    }

    /// <summary>The batch that starts at a place of <see cref="Order"/>: how many texts it has.</summary>
    /// <param name="window">The window that was sorted.</param>
    /// <param name="start">First place in <see cref="Order"/>.</param>
    /// <param name="budget">Padded tokens a batch may have.</param>
    public int BatchAt(TokenWindow window, int start, int budget)
    {
        var longest = window.Length(order[start]);
        return Math.Clamp(budget / longest, 1, Count - start);
    }

    /// <summary>Copies a batch's ids and lengths into the caller's buffers.</summary>
    /// <returns>How many ids were written.</returns>
    public int Pack(TokenWindow window, int start, int count, ArrayBufferWriter<int> ids, Span<int> lengths)
    {
        ids.ResetWrittenCount();
        for (var i = 0; i < count; i++)
        {
            var text = window[order[start + i]];
            text.CopyTo(ids.GetSpan(text.Length));
            ids.Advance(text.Length);
            lengths[i] = text.Length;
        }
        return ids.WrittenCount;
    }
}
