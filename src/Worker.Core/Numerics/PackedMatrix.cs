using System.Buffers;

namespace Worker.Core.Numerics;

/// <summary>
/// Rows of one width, laid out so that many queries are multiplied with all of them in one pass: panels of
/// <see cref="Lanes"/> rows, in each the rows side by side, value by value. A block of queries stays in registers while
/// a panel is read once, and no sum runs across a vector. Immutable; any number of threads may read it.
/// </summary>
internal sealed class PackedMatrix
{
    /// <summary>Queries in a block.</summary>
    public const int BlockQueries = PanelKernel.Queries;

    /// <summary>Rows in a panel.</summary>
    public const int Lanes = 32;

    private readonly float[] panels;
    private readonly float[] offsets;

    /// <param name="rows">[count, width], row-major.</param>
    /// <param name="width">Floats per row, at least 1.</param>
    /// <param name="offsets">Added to each row's products, [count]; empty for none.</param>
    /// <exception cref="ArgumentException">The floats are not whole rows, or there is not one offset per
    /// row.</exception>
    public PackedMatrix(ReadOnlySpan<float> rows, int width, ReadOnlySpan<float> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (rows.Length % width != 0)
            throw new ArgumentException($"{rows.Length} floats are not whole rows of {width}", nameof(rows));
        (Count, Width) = (rows.Length / width, width);
        if (offsets.Length != 0 && offsets.Length != Count)
            throw new ArgumentException(
                $"{Count} rows need the same number of offsets, there are {offsets.Length}", nameof(offsets));
        Panels = (Count + Lanes - 1) / Lanes;
        panels = new float[checked(Panels * width * Lanes)];
        this.offsets = new float[Panels * Lanes];
        for (var row = 0; row < Count; row++)
        {
            var panel = panels.AsSpan(row / Lanes * width * Lanes);
            for (var k = 0; k < width; k++)
                panel[k * Lanes + row % Lanes] = rows[row * width + k];
        }
        offsets.CopyTo(this.offsets);
        // The last panel's empty lanes never win.
        this.offsets.AsSpan(Count).Fill(float.NegativeInfinity);
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Floats per row.</summary>
    public int Width { get; }

    /// <summary>Panels of <see cref="Lanes"/> rows, the last filled up.</summary>
    public int Panels { get; }

    /// <summary>One row again; [Width].</summary>
    public float[] Row(int row)
    {
        var values = new float[Width];
        for (var k = 0; k < Width; k++)
            values[k] = panels[row / Lanes * Width * Lanes + k * Lanes + row % Lanes];
        return values;
    }

    /// <summary>The offset of a row.</summary>
    public float Offset(int row) => offsets[row];

    /// <summary>Products of a block of queries with the rows of one panel, each with its row's offset.</summary>
    /// <param name="queries">[<see cref="PanelKernel.Queries"/>, Width].</param>
    /// <param name="panel">0 to Panels − 1.</param>
    /// <param name="products">Receives [<see cref="PanelKernel.Queries"/>, <see cref="Lanes"/>]; −∞ in lanes without a
    /// row.</param>
    public unsafe void Multiply(ReadOnlySpan<float> queries, int panel, Span<float> products)
    {
        if (queries.Length < BlockQueries * Width || products.Length < BlockQueries * Lanes)
            throw new ArgumentException(
                $"{BlockQueries} queries of {Width} and room for {BlockQueries * Lanes} products are needed",
                nameof(queries));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)panel, (uint)Panels, nameof(panel));
        fixed (float* q = queries, p = &panels[panel * Width * Lanes], start = &offsets[panel * Lanes],
            result = products)
            PanelKernel.Multiply(q, p, Width, start, result);
    }

    /// <summary>Products of queries with all rows, each with its row's offset.</summary>
    /// <param name="queries">[count, Width].</param>
    /// <param name="count">Queries.</param>
    /// <param name="products">Receives [count, Count].</param>
    /// <param name="parallel">Maximum number of threads.</param>
    public void MultiplyAll(ReadOnlyMemory<float> queries, int count, Memory<float> products, ParallelOptions parallel)
    {
        var blocks = (count + BlockQueries - 1) / BlockQueries;
        if (blocks == 1 || parallel.MaxDegreeOfParallelism == 1)
        {
            for (var block = 0; block < blocks; block++)
                MultiplyBlock(queries.Span, block * BlockQueries, count, products.Span);
            return;
        }
        Parallel.For(
            0, blocks, parallel, block => MultiplyBlock(queries.Span, block * BlockQueries, count, products.Span));
    }

    private void MultiplyBlock(ReadOnlySpan<float> queries, int first, int count, Span<float> products)
    {
        Span<float> tile = stackalloc float[BlockQueries * Lanes];
        var some = Math.Min(BlockQueries, count - first);
        var own = ArrayPool<float>.Shared.Rent(BlockQueries * Width);
        own.AsSpan(0, BlockQueries * Width).Clear();
        queries.Slice(first * Width, some * Width).CopyTo(own);
        for (var panel = 0; panel < Panels; panel++)
        {
            Multiply(own, panel, tile);
            var rows = Math.Min(Lanes, Count - panel * Lanes);
            for (var query = 0; query < some; query++)
                tile.Slice(query * Lanes, rows).CopyTo(products[((first + query) * Count + panel * Lanes)..]);
        }
        ArrayPool<float>.Shared.Return(own);
    }
}
