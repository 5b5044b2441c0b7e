using System.Numerics.Tensors;
using Worker.Core.Numerics;
using Worker.Learning.Fitting;

namespace Worker.Learning.Anomaly;

/// <summary>
/// Σ (x − origin)(x − origin)ᵀ over some rows of a feature matrix, from which covariances are computed.
/// </summary>
internal static class SecondMoments
{
    /// <summary>
    /// How many rows are summed in f32 before they are added in f64: few enough to keep f32's digits.
    /// </summary>
    private const int ChunkRows = 512;

    /// <summary>
    /// The lower triangle (and some values next to it in the diagonal's blocks), row-major; [width, width].
    /// </summary>
    /// <param name="features">[texts, width].</param>
    /// <param name="rows">Which texts.</param>
    /// <param name="origin">Subtracted from each row; [width].</param>
    public static double[] Sum(
        FeatureMatrix features, ReadOnlyMemory<int> rows, ReadOnlyMemory<float> origin, ParallelOptions parallel)
    {
        var width = features.Width;
        var sum = new double[width * width];
        var transposed = new float[width * Math.Min(ChunkRows, rows.Length)];
        var blocks = (width + PackedMatrix.Lanes - 1) / PackedMatrix.Lanes;
        for (var start = 0; start < rows.Length; start += ChunkRows)
        {
            var count = Math.Min(ChunkRows, rows.Length - start);
            Transpose(features, rows.Span.Slice(start, count), origin.Span, transposed);
            var chunk = transposed.AsMemory(0, width * count);
            var packed = new PackedMatrix(chunk.Span, count, []);
            // Only products with earlier features, because the matrix is symmetric.
            Parallel.For(0, blocks, parallel, block => AddBlock(packed, chunk.Span, block, width, count, sum));
        }
        return sum;
    }

    private static void AddBlock(
        PackedMatrix packed, ReadOnlySpan<float> values, int block, int width, int count, double[] sum)
    {
        Span<float> tile = stackalloc float[PanelRows * PackedMatrix.Lanes];
        var queries = new float[PanelRows * count];
        var end = Math.Min(width, (block + 1) * PackedMatrix.Lanes);
        for (var first = block * PackedMatrix.Lanes; first < end; first += PanelRows)
        {
            var some = Math.Min(PanelRows, end - first);
            values.Slice(first * count, some * count).CopyTo(queries);
            for (var panel = 0; panel <= block; panel++)
            {
                packed.Multiply(queries, panel, tile);
                var lanes = Math.Min(PackedMatrix.Lanes, width - panel * PackedMatrix.Lanes);
                for (var query = 0; query < some; query++)
                    for (var lane = 0; lane < lanes; lane++)
                        sum[(first + query) * width + panel * PackedMatrix.Lanes + lane] += tile[query
                            * PackedMatrix.Lanes + lane];
            }
        }
    }

    private const int PanelRows = PackedMatrix.BlockQueries;

    private static void Transpose(
        FeatureMatrix features, ReadOnlySpan<int> rows, ReadOnlySpan<float> origin, float[] transposed)
    {
        var row = new float[features.Width];
        for (var i = 0; i < rows.Length; i++)
        {
            TensorPrimitives.Subtract(features.Row(rows[i]), origin, row);
            for (var k = 0; k < row.Length; k++)
                transposed[k * rows.Length + i] = row[k];
        }
    }
}
