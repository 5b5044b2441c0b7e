using System.Buffers;
using System.Numerics.Tensors;

namespace Worker.Core.Numerics;

/// <summary>
/// Finds, for many queries at once, the rows of a <see cref="PackedMatrix"/> with the largest products.
/// </summary>
internal static class NearestRows
{
    /// <summary>The k largest products of each query, largest first; equal products in the order of rows.</summary>
    /// <param name="rows">At least k rows.</param>
    /// <param name="queries">[count, rows.Width].</param>
    /// <param name="count">Queries.</param>
    /// <param name="k">How many, 1 to rows.Count.</param>
    /// <param name="products">Receives [count, k].</param>
    /// <param name="indices">Receives [count, k], the rows they are of.</param>
    /// <param name="parallel">Maximum number of threads; they work block by block, so the result does not depend on
    /// it.</param>
    public static void Find(
        PackedMatrix rows, ReadOnlyMemory<float> queries, int count, int k, Memory<float> products, Memory<int> indices,
        ParallelOptions parallel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, rows.Count);
        var blocks = (count + PanelKernel.Queries - 1) / PanelKernel.Queries;
        if (blocks == 1 || parallel.MaxDegreeOfParallelism == 1)
        {
            for (var block = 0; block < blocks; block++)
                FindBlock(rows, queries.Span, block, count, k, products.Span, indices.Span);
            return;
        }
        Parallel.For(
            0, blocks, parallel, block => FindBlock(rows, queries.Span, block, count, k, products.Span, indices.Span));
    }

    private static void FindBlock(
        PackedMatrix rows,
        ReadOnlySpan<float> queries, int block, int count, int k, Span<float> products, Span<int> indices)
    {
        var first = block * PanelKernel.Queries;
        var some = Math.Min(PanelKernel.Queries, count - first);
        var own = ArrayPool<float>.Shared.Rent(PanelKernel.Queries * rows.Width);
        own.AsSpan(0, PanelKernel.Queries * rows.Width).Clear();
        queries.Slice(first * rows.Width, some * rows.Width).CopyTo(own);
        var best = products.Slice(first * k, some * k);
        var where = indices.Slice(first * k, some * k);
        best.Fill(float.NegativeInfinity);
        Span<float> tile = stackalloc float[PanelKernel.Queries * PackedMatrix.Lanes];
        for (var panel = 0; panel < rows.Panels; panel++)
        {
            rows.Multiply(own, panel, tile);
            for (var query = 0; query < some; query++)
            {
                var lanes = tile.Slice(query * PackedMatrix.Lanes, PackedMatrix.Lanes);
                // Nearly every panel has nothing better than what was found; one vectorised comparison shows that.
                if (TensorPrimitives.Max(lanes) > best[query * k + k - 1])
                    Insert(lanes, panel * PackedMatrix.Lanes, best.Slice(query * k, k), where.Slice(query * k, k));
            }
        }
        ArrayPool<float>.Shared.Return(own);
    }

    private static void Insert(ReadOnlySpan<float> lanes, int firstRow, Span<float> best, Span<int> where)
    {
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var product = lanes[lane];
            if (!(product > best[^1]))
                continue;
            var place = best.Length - 1;
            for (; place > 0 && product > best[place - 1]; place--)
                (best[place], where[place]) = (best[place - 1], where[place - 1]);
            (best[place], where[place]) = (product, firstRow + lane);
        }
    }
}
