using System.Numerics.Tensors;

namespace Worker.Core.Numerics;

/// <summary>L of a symmetric positive definite A = L·Lᵀ, and its use to solve equations; f64.</summary>
internal sealed class CholeskyFactor
{
    private readonly double[] factor;
    private readonly int size;

    /// <param name="matrix">[size, size], of which the lower triangle is read and overwritten.</param>
    /// <param name="minimumPivot">A smaller pivot is raised to this; 0 refuses a matrix that is not positive
    /// definite.</param>
    /// <exception cref="ArithmeticException">It is not positive definite.</exception>
    public CholeskyFactor(double[] matrix, int size, double minimumPivot = 0)
    {
        (factor, this.size) = (matrix, size);
        for (var i = 0; i < size; i++)
        {
            var row = matrix.AsSpan(i * size, i + 1);
            for (var j = 0; j <= i; j++)
            {
                var earlier = matrix.AsSpan(j * size, j);
                var rest = row[j] - TensorPrimitives.Dot<double>(row[..j], earlier);
                if (i > j)
                    row[j] = rest / matrix[j * size + j];
                else if (rest > minimumPivot || minimumPivot > 0)
                    row[i] = Math.Sqrt(Math.Max(rest, minimumPivot));
                else
                    throw new ArithmeticException($"the matrix is not positive definite at row {i}");
            }
        }
    }

    /// <summary>Replaces b by L⁻¹·b; [size].</summary>
    public void SolveLower(Span<double> b)
    {
        for (var i = 0; i < size; i++)
            b[i] = (b[i] - TensorPrimitives.Dot<double>(factor.AsSpan(i * size, i), b[..i])) / factor[i * size + i];
    }

    /// <summary>Replaces b by L⁻ᵀ·b; [size].</summary>
    public void SolveUpper(Span<double> b)
    {
        for (var i = size - 1; i >= 0; i--)
        {
            b[i] /= factor[i * size + i];
            TensorPrimitives.MultiplyAdd<double>(factor.AsSpan(i * size, i), -b[i], b[..i], b[..i]);
        }
    }
}
