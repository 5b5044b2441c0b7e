using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>
/// Features of many texts: row i is text i. A view of the caller's floats, which must not change meanwhile.
/// </summary>
internal sealed class FeatureMatrix
{
    private readonly ReadOnlyMemory<float> values;
    private readonly int stride;
    private readonly int offset;
    private float[] tail = [];

    /// <param name="values">[rows, width], row-major; at most 2^31 − 1 floats.</param>
    /// <param name="width">Floats per text.</param>
    /// <exception cref="ArgumentException">The floats are not a whole number of rows.</exception>
    public FeatureMatrix(ReadOnlyMemory<float> values, int width)
        : this(values, width, 0, width)
    {
    }

    /// <summary>Some columns of a wider matrix, side by side.</summary>
    /// <param name="values">[rows, stride], row-major.</param>
    /// <param name="stride">Floats per row.</param>
    /// <param name="offset">First column wanted.</param>
    /// <param name="width">Columns wanted.</param>
    /// <exception cref="ArgumentException">The floats are not a whole number of rows, or do not have these
    /// columns.</exception>
    public FeatureMatrix(ReadOnlyMemory<float> values, int stride, int offset, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, stride - offset);
        if (values.Length % stride != 0)
            throw new ArgumentException(
                $"{values.Length} floats are not whole rows of {stride}: pass [texts, width] of one encoder feature",
                nameof(values));
        this.values = values;
        this.stride = stride;
        this.offset = offset;
        Width = width;
        Rows = values.Length / stride;
    }

    /// <summary>Texts.</summary>
    public int Rows { get; private init; }

    /// <summary>Floats per text.</summary>
    public int Width { get; }

    /// <summary>[Width] of one text.</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        var start = (long)row * stride;
        return start < values.Length
            ? values.Span.Slice((int)start + offset, Width)
            : tail.AsSpan((row - values.Length / stride) * Width, Width);
    }

    /// <summary>Some rows, copied, in the order given; a row may come more than once.</summary>
    public FeatureMatrix Part(ReadOnlySpan<int> rows)
    {
        var copy = new float[checked(rows.Length * Width)];
        for (var i = 0; i < rows.Length; i++)
            Row(rows[i]).CopyTo(copy.AsSpan(i * Width));
        return new FeatureMatrix(copy, Width);
    }

    /// <summary>These rows, then others.</summary>
    /// <param name="more">[rows, Width].</param>
    internal FeatureMatrix Append(float[] more) =>
        new(values, stride, offset, Width) { tail = more, Rows = Rows + more.Length / Width };

    /// <summary>
    /// The same features with rows that are not finite numbers, which would spoil every head, replaced by the mean of
    /// the others. That is harmless as long as they are not counted.
    /// </summary>
    /// <param name="unusable">Those rows, rising.</param>
    internal FeatureMatrix Mended(out IReadOnlyList<int> unusable)
    {
        // The sum of magnitudes is vectorised, and not finite when a term is not.
        var rows = Enumerable.Range(0, Rows).Where(row => !float.IsFinite(TensorPrimitives.SumOfMagnitudes(Row(row))))
            .ToList();
        unusable = rows;
        if (rows.Count == 0)
            return this;
        var (copy, mean) = (new float[checked(Rows * Width)], new float[Width]);
        var bad = rows.ToHashSet();
        for (var row = 0; row < Rows; row++)
            if (!bad.Contains(row))
            {
                Row(row).CopyTo(copy.AsSpan(row * Width));
                TensorPrimitives.Add(mean, Row(row), mean);
            }
        TensorPrimitives.Divide(mean, Math.Max(1, Rows - rows.Count), mean);
        foreach (var row in rows)
            mean.CopyTo(copy.AsSpan(row * Width));
        return new FeatureMatrix(copy, Width);
    }
}
