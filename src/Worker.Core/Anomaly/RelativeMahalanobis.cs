using Worker.Core.Numerics;

namespace Worker.Core.Anomaly;

/// <summary>
/// Distance of a text to the nearest class's mean under the covariance that all classes share, minus its distance under
/// one Gaussian of everything (relative Mahalanobis distance, Ren et al. 2021), in the directions in which the classes
/// differ. There the shared covariance is the identity and the background's is diagonal.
/// </summary>
public sealed class RelativeMahalanobis
{
    private readonly PackedMatrix directions;
    private readonly PackedMatrix nearest;

    /// <param name="projection">[directions, width]: z = projection · (x − origin).</param>
    /// <param name="origin">The common mean; [width].</param>
    /// <param name="centres">The classes' means in those directions; [classes, directions].</param>
    /// <param name="shrink">1 / λ of each direction, λ the background's variance; [directions].</param>
    /// <exception cref="ArgumentException">The arrays do not belong together, or are empty.</exception>
    public RelativeMahalanobis(float[] projection, float[] origin, float[] centres, float[] shrink)
    {
        if (shrink.Length == 0 || origin.Length == 0 || (long)shrink.Length * origin.Length != projection.Length)
            throw new ArgumentException(
                $"{shrink.Length} directions of {origin.Length} floats need the same number of floats for the " +
                $"projection, there are {projection.Length}", nameof(projection));
        if (centres.Length == 0 || centres.Length % shrink.Length != 0)
            throw new ArgumentException(
                $"{centres.Length} floats are not centres of {shrink.Length} directions", nameof(centres));
        (Projection, Origin, Centres, Shrink) = (projection, origin, centres, shrink);
        var offsets = new float[shrink.Length];
        for (var d = 0; d < offsets.Length; d++)
            offsets[d] = -Dot(projection.AsSpan(d * origin.Length, origin.Length), origin);
        directions = new PackedMatrix(projection, origin.Length, offsets);
        var halves = new float[centres.Length / shrink.Length];
        for (var c = 0; c < halves.Length; c++)
            halves[c] = -0.5f * Dot(
                centres.AsSpan(c * shrink.Length, shrink.Length), centres.AsSpan(c * shrink.Length, shrink.Length));
        nearest = new PackedMatrix(centres, shrink.Length, halves);
    }

    public float[] Projection { get; }

    public float[] Origin { get; }

    public float[] Centres { get; }

    public float[] Shrink { get; }

    /// <summary>Distances of texts.</summary>
    /// <param name="features">[count, width].</param>
    /// <param name="distances">Receives [count].</param>
    /// <param name="parallel">Maximum number of threads.</param>
    public void Score(ReadOnlyMemory<float> features, int count, Span<float> distances, ParallelOptions parallel)
    {
        var width = Shrink.Length;
        var z = new float[count * width];
        directions.MultiplyAll(features, count, z, parallel);
        var (best, where) = (new float[count], new int[count]);
        NearestRows.Find(nearest, z, count, 1, best, where, parallel);
        for (var i = 0; i < count; i++)
        {
            var own = z.AsSpan(i * width, width);
            // |z − μ|² − Σ z²/λ, with |z − μ|² = |z|² − 2(z·μ − |μ|²/2).
            var sum = -2 * best[i];
            for (var d = 0; d < width; d++)
                sum += own[d] * own[d] * (1 - Shrink[d]);
            distances[i] = sum;
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Numerics.Tensors.TensorPrimitives.Dot(a, b);
}
