using System.Numerics.Tensors;
using Worker.Core.Numerics;

namespace Worker.Core.Tests.Numerics;

public class SymmetricEigenTests
{
    [Fact]
    public void Eigenvectors_are_orthonormal_and_give_the_matrix_back()
    {
        var random = new Random(1);
        const int Size = 20;
        var root = Enumerable.Range(0, Size * Size).Select(_ => random.NextDouble() - 0.5).ToArray();
        var matrix = new double[Size * Size];
        for (var i = 0; i < Size; i++)
            for (var j = 0; j < Size; j++)
                matrix[i * Size + j] =
                    TensorPrimitives.Dot<double>(root.AsSpan(i * Size, Size), root.AsSpan(j * Size, Size));
        var (values, vectors) = SymmetricEigen.Decompose([.. matrix], Size);
        Assert.Equal(values.OrderDescending(), values);
        for (var i = 0; i < Size; i++)
            for (var j = 0; j < Size; j++)
            {
                var product =
                    TensorPrimitives.Dot<double>(vectors.AsSpan(i * Size, Size), vectors.AsSpan(j * Size, Size));
                Assert.Equal(i == j ? 1 : 0, product, 1e-6);
                Assert.Equal(matrix[i * Size + j], Enumerable.Range(0, Size)
                    .Sum(k => values[k] * vectors[k * Size + i] * vectors[k * Size + j]), 1e-6);
            }
    }
}
