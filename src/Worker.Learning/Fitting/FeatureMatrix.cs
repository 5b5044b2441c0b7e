using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>Features of many texts: row i is text i. A view of the caller's floats, which must not change meanwhile.</summary>
public sealed class FeatureMatrix
{
    private readonly ReadOnlyMemory<float> values;
    private readonly int stride;
    private readonly int offset;

    /// <param name="values">[rows, width], row-major; at most 2^31 − 1 floats.</param>
    /// <param name="width">Floats a text.</param>
    /// <exception cref="ArgumentException">The floats are no whole number of rows.</exception>
    public FeatureMatrix(ReadOnlyMemory<float> values, int width)
        : this(values, width, 0, width)
    {
    }

    /// <summary>Some columns of a wider matrix, side by side.</summary>
    /// <param name="values">[rows, stride], row-major.</param>
    /// <param name="stride">Floats a row.</param>
    /// <param name="offset">First column wanted.</param>
    /// <param name="width">Columns wanted.</param>
    /// <exception cref="ArgumentException">The floats are no whole number of rows, or have no such columns.</exception>
    public FeatureMatrix(ReadOnlyMemory<float> values, int stride, int offset, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, stride - offset);
        if (values.Length % stride != 0)
            throw new ArgumentException($"{values.Length} floats are not whole rows of {stride}: pass [texts, width] features of one encoder feature", nameof(values));
        this.values = values;
        this.stride = stride;
        this.offset = offset;
        Width = width;
        Rows = values.Length / stride;
    }

    /// <summary>Texts.</summary>
    public int Rows { get; }

    /// <summary>Floats a text.</summary>
    public int Width { get; }

    /// <summary>[Width] of one text.</summary>
    public ReadOnlySpan<float> Row(int row) => values.Span.Slice(row * stride + offset, Width);

    /// <summary>Refuses features that are not numbers: one would spoil every head.</summary>
    /// <exception cref="InvalidDataException">Names the first row and column that is NaN or infinite.</exception>
    public void RequireFinite()
    {
        for (var row = 0; row < Rows; row++)
        {
            var features = Row(row);
            // The sum of magnitudes is vectorised, and not finite when a term is not; only then look closer.
            if (float.IsFinite(TensorPrimitives.SumOfMagnitudes(features)))
                continue;
            for (var column = 0; column < Width; column++)
                if (!float.IsFinite(features[column]))
                    throw new InvalidDataException(
                        $"feature {column} of text {row} (counted from 0) is {features[column]}: " +
                        "the encoder failed on that text; leave it out or encode it again");
        }
    }
}
