using System.Numerics.Tensors;
using Worker.Core.Anomaly;
using Worker.Core.Numerics;
using Worker.Learning.Fitting;

namespace Worker.Learning.Anomaly;

/// <summary>
/// Fits the relative Mahalanobis distance (Ren et al. 2021): distance to the nearest class's mean under the covariance
/// that all classes share, minus the distance under one Gaussian of everything. With S the shared covariance and the
/// background's being S + B, where B is the classes' scatter around the common mean, both are diagonal in one basis
/// (S⁻¹B's eigenvectors), and along every direction in which the means do not differ the two distances are equal. So
/// the difference is in at most classes − 1 directions. Nothing is lost by keeping only those, and a text costs width ·
/// (classes − 1) multiplications instead of two times width².
/// </summary>
internal static class DiscriminantFit
{
    /// <summary>Maximum number of directions kept: those that separate the classes most.</summary>
    private const int MaximumDirections = 192;

    /// <summary>
    /// Share of the mean variance that is added to every feature's variance; it keeps S invertible when there are few
    /// texts.
    /// </summary>
    private const double Ridge = 0.01;

    /// <param name="features">[texts, width].</param>
    /// <param name="rows">Texts to fit to.</param>
    /// <param name="classes">Class of every text of <paramref name="features"/>, 0 to count − 1.</param>
    /// <param name="count">Classes; at least 2 must have texts among the rows, otherwise null is returned.</param>
    public static RelativeMahalanobis? Fit(
        FeatureMatrix features, int[] rows, int[] classes, int count, ParallelOptions parallel)
    {
        var width = features.Width;
        var (means, sizes) = Means(features, rows, classes, count);
        var used = Enumerable.Range(0, count).Where(c => sizes[c] > 0).ToArray();
        if (used.Length < 2)
            return null;
        var origin = Origin(means, sizes, rows.Length, width);
        var within = Within(features, rows, origin, means, sizes, parallel);
        var lower = new CholeskyFactor(within, width);
        // B = Σ nᶜ/n (μᶜ − m)(μᶜ − m)ᵀ; each row here is L⁻¹·√(nᶜ/n)(μᶜ − m).
        var scaled = new double[used.Length * width];
        Parallel.For(0, used.Length, parallel, i =>
        {
            var row = scaled.AsSpan(i * width, width);
            for (var k = 0; k < width; k++)
                row[k] = Math.Sqrt((double)sizes[used[i]] / rows.Length) * (means[used[i] * width + k] - origin[k]);
            lower.SolveLower(row);
        });
        var gram = new double[used.Length * used.Length];
        for (var i = 0; i < used.Length; i++)
            for (var j = 0; j < used.Length; j++)
                gram[i * used.Length + j] = TensorPrimitives.Dot<double>(
                    scaled.AsSpan(i * width, width), scaled.AsSpan(j * width, width));
        var (values, vectors) = SymmetricEigen.Decompose(gram, used.Length);
        var directions = Math.Min(MaximumDirections, values.Count(v => v > 1e-6 * values[0]));
        var projection = new float[directions * width];
        Parallel.For(0, directions, parallel, d =>
        {
            var direction = new double[width];
            for (var i = 0; i < used.Length; i++)
                TensorPrimitives.MultiplyAdd<double>(scaled.AsSpan(i * width, width),
                    vectors[d * used.Length + i] / Math.Sqrt(values[d]), direction, direction);
            lower.SolveUpper(direction);
            for (var k = 0; k < width; k++)
                projection[d * width + k] = (float)direction[k];
        });
        var centres = new float[used.Length * directions];
        for (var i = 0; i < used.Length; i++)
            for (var d = 0; d < directions; d++)
                centres[i * directions + d] = (float)(
                    vectors[d * used.Length + i] * Math.Sqrt(values[d]) / Math.Sqrt(
                        (double)sizes[used[i]] / rows.Length));
        var shrink = new float[directions];
        for (var d = 0; d < directions; d++)
            shrink[d] = (float)(1 / (1 + values[d]));
        return new RelativeMahalanobis(projection, [.. origin.Select(v => (float)v)], centres, shrink);
    }

    internal static (double[] Means, int[] Sizes) Means(FeatureMatrix features, int[] rows, int[] classes, int count)
    {
        var (means, sizes) = (new double[count * features.Width], new int[count]);
        foreach (var row in rows)
        {
            sizes[classes[row]]++;
            var mean = means.AsSpan(classes[row] * features.Width, features.Width);
            var values = features.Row(row);
            for (var k = 0; k < values.Length; k++)
                mean[k] += values[k];
        }
        for (var c = 0; c < count; c++)
            TensorPrimitives.Divide<double>(means.AsSpan(c * features.Width, features.Width), Math.Max(1, sizes[c]),
                means.AsSpan(c * features.Width, features.Width));
        return (means, sizes);
    }

    internal static double[] Origin(double[] means, int[] sizes, int rows, int width)
    {
        var origin = new double[width];
        for (var c = 0; c < sizes.Length; c++)
            TensorPrimitives.MultiplyAdd<double>(
                means.AsSpan(c * width, width), (double)sizes[c] / rows, origin, origin);
        return origin;
    }

    /// <summary>The classes' shared covariance with the ridge, lower triangle.</summary>
    internal static double[] Within(
        FeatureMatrix features, int[] rows, double[] origin, double[] means, int[] sizes, ParallelOptions parallel)
    {
        var width = features.Width;
        var from = Array.ConvertAll(origin, v => (float)v);
        var total = SecondMoments.Sum(features, rows, from, parallel);
        Parallel.For(0, width, parallel, i =>
        {
            var row = total.AsSpan(i * width, i + 1);
            for (var c = 0; c < sizes.Length; c++)
                if (sizes[c] > 0)
                {
                    var away = sizes[c] * (means[c * width + i] - from[i]);
                    for (var j = 0; j <= i; j++)
                        row[j] -= away * (means[c * width + j] - from[j]);
                }
            TensorPrimitives.Divide<double>(row, rows.Length, row);
        });
        var trace = 0.0;
        for (var k = 0; k < width; k++)
            trace += total[k * width + k];
        for (var k = 0; k < width; k++)
            total[k * width + k] += Ridge * trace / width;
        return total;
    }
}
