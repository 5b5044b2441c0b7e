using System.Numerics.Tensors;

namespace Worker.Core.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric positive semi-definite matrix by one-sided Jacobi rotations of its rows
/// (Hestenes 1958): when all rows are orthogonal to each other, each is its eigenvector times its eigenvalue.
/// </summary>
internal static class SymmetricEigen
{
    private const int MaximumSweeps = 40;
    private const double Orthogonal = 1e-10;

    /// <param name="matrix">[size, size]; overwritten.</param>
    /// <returns>Eigenvalues from large to small, and [size, size] with eigenvector i in row i.</returns>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int size)
    {
        // Rows this short are rounding noise; rotating them would never end.
        var floor = 1e-28 * TensorPrimitives.SumOfSquares<double>(matrix);
        for (var (sweep, turned) = (0, true); turned && sweep < MaximumSweeps; sweep++)
        {
            turned = false;
            for (var i = 0; i < size; i++)
                for (var j = i + 1; j < size; j++)
                    turned |= Rotate(matrix.AsSpan(i * size, size), matrix.AsSpan(j * size, size), floor);
        }
        var values = new double[size];
        for (var i = 0; i < size; i++)
        {
            var row = matrix.AsSpan(i * size, size);
            values[i] = TensorPrimitives.Norm<double>(row);
            if (values[i] > 0)
                TensorPrimitives.Divide<double>(row, values[i], row);
        }
        var order = Enumerable.Range(0, size).OrderByDescending(i => values[i]).ToArray();
        var vectors = new double[matrix.Length];
        for (var i = 0; i < size; i++)
            matrix.AsSpan(order[i] * size, size).CopyTo(vectors.AsSpan(i * size));
        return ([.. order.Select(i => values[i])], vectors);
    }

    private static bool Rotate(Span<double> a, Span<double> b, double floor)
    {
        var (aa, bb, ab) = (
            TensorPrimitives.SumOfSquares<double>(a), TensorPrimitives.SumOfSquares<double>(b),
            TensorPrimitives.Dot<double>(a, b));
        if (ab * ab <= Orthogonal * Orthogonal * aa * bb || aa <= floor || bb <= floor)
            return false;
        var zeta = (bb - aa) / (2 * ab);
        var tangent = Math.Sign(zeta) is var sign && sign == 0
            ? 1
            : sign / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
        var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        var sine = cosine * tangent;
        for (var k = 0; k < a.Length; k++)
            (a[k], b[k]) = (cosine * a[k] - sine * b[k], sine * a[k] + cosine * b[k]);
        return true;
    }
}
