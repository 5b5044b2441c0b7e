using System.Buffers;

namespace Worker.Core.Windows;

/// <summary>
/// Cuts a window into micro-batches: texts are sorted by length, longest first, and cut at the lowest cost. A batch
/// costs its padded tokens (texts × longest text) plus an overhead. It may have at most a budget of padded tokens,
/// which keeps its activations in a CPU's cache, or a GPU busy. Dynamic programming finds the cheapest cut, so even
/// small windows have little padding. A text longer than the budget is a batch of its own. If a batch may have more
/// texts than <see cref="MaximumSizes"/>, only that many evenly spaced sizes are tried, so that the work grows with the
/// window and not with the budget. Where several lanes compute batches at the same time, a batch may also have at most
/// a lane's share of the tokens that are left, so that batches shrink towards the end and all lanes end together.
/// </summary>
internal sealed class MicroBatchPlan
{
    // One more batch costs about as much as this part of a full one. Measured on a CPU: small batches are nearly as
    // fast.
    private const int BatchesWorthOneOverhead = 32;

    // What a lane's share is never below, as a part of the budget: smaller batches cost more than waiting.
    private const int SmallestShare = 8;

    // A batch that pads more than this many overheads would be cut in two.
    private const int MaximumPaddingInOverheads = 8;

    /// <summary>Maximum number of batch sizes that are tried at each place.</summary>
    internal const int MaximumSizes = 256;

    private readonly List<BatchSpan> batches = [];
    private int[] order = [];
    private long[] keys = [];
    private long[] costs = [];
    private int[] cuts = [];
    private long[] lengths = [];

    /// <summary>Indices of the window's texts that have tokens, longest first, ties in window order.</summary>
    public ReadOnlySpan<int> Order => order.AsSpan(0, Count);

    /// <summary>How many texts have tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The micro-batches, one after the other along <see cref="Order"/>.</summary>
    public IReadOnlyList<BatchSpan> Batches => batches;

    /// <summary>How many batches the last plan considered.</summary>
    internal long Tried { get; private set; }

    /// <summary>Plans a window; texts without tokens are left out.</summary>
    /// <param name="window">The window.</param>
    /// <param name="budget">Maximum number of padded tokens in a batch, at least 1.</param>
    /// <param name="lanes">How many batches are computed at the same time, at least 1.</param>
    /// <param name="known">[texts], true for texts that are left out; empty for none.</param>
    public void Plan(TokenWindow window, int budget, int lanes = 1, ReadOnlySpan<bool> known = default)
    {
        Sort(window, known);
        Cut(window, budget, lanes);
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

    private void Sort(TokenWindow window, ReadOnlySpan<bool> known)
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
            if (length == 0 || (!known.IsEmpty && known[text]))
                continue;
            // One key orders by length descending, then by place, which gives a stable sort without a comparer.
            keys[Count] = ((long)(int.MaxValue - length) << 32) | (uint)text;
            order[Count++] = text;
        }
        Array.Sort(keys, order, 0, Count);
    }

    private void Cut(TokenWindow window, int budget, int lanes)
    {
        if (costs.Length <= Count)
        {
            costs = new long[order.Length + 1];
            cuts = new int[order.Length + 1];
            lengths = new long[order.Length + 1];
        }
        // lengths[i]: total length of all texts before place i.
        for (var place = 0; place < Count; place++)
            lengths[place + 1] = lengths[place] + window.Length(order[place]);
        Tried = 0;
        var overhead = Math.Max(1, budget / BatchesWorthOneOverhead);
        var smallest = Math.Max(1, budget / SmallestShare);
        costs[Count] = 0;
        // costs[i]: the minimum cost of the texts from place i on; cuts[i]: how many of them the first batch takes.
        for (var start = Count - 1; start >= 0; start--)
        {
            var longest = window.Length(order[start]);
            var share = lanes == 1
                ? budget : Math.Clamp((lengths[Count] - lengths[start] + lanes - 1) / lanes, smallest, budget);
            var maximum = (int)Math.Clamp(share / longest, 1, Count - start);
            costs[start] = long.MaxValue;
            var step = (maximum + MaximumSizes - 1) / MaximumSizes;
            // A single text, and sizes up to the largest, which is the best for texts of equal length.
            var first = (maximum - 1) % step;
            for (var count = 1; count <= maximum; count += count == 1 && first > 0 ? first : step)
            {
                Tried++;
                var padding = (long)count * longest - (lengths[start + count] - lengths[start]);
                if (padding > (long)MaximumPaddingInOverheads * overhead)
                    break;
                var cost = overhead + (long)count * longest + costs[start + count];
                if (cost < costs[start])
                    (costs[start], cuts[start]) = (cost, count);
            }
        }
        batches.Clear();
        for (var start = 0; start < Count; start += cuts[start])
            batches.Add(new BatchSpan(start, cuts[start]));
    }
}

/// <summary>Texts of a micro-batch.</summary>
/// <param name="Start">The place of the first in the plan's order.</param>
/// <param name="Count">How many follow each other.</param>
internal readonly record struct BatchSpan(int Start, int Count);
