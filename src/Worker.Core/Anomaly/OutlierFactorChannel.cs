using Worker.Core.Numerics;

namespace Worker.Core.Anomaly;

/// <summary>
/// Local outlier factor (Breunig et al. 2000): how much sparser the references are around the text than around its
/// nearest references; about 1 for a text like them. Distances are Euclidean between features of length 1.
/// </summary>
public sealed class OutlierFactorChannel : IAnomalyChannel
{
    public const string ChannelName = "local_outlier_factor";

    private readonly PackedMatrix bank;

    /// <param name="feature">The feature that is compared.</param>
    /// <param name="width">Its floats.</param>
    /// <param name="references">[count, width], scaled to length 1.</param>
    /// <param name="reaches">Each reference's distance to its k-th nearest other; [count].</param>
    /// <param name="densities">Each reference's local reachability density; [count].</param>
    /// <param name="neighbours">k, 1 to count.</param>
    /// <exception cref="ArgumentException">The arrays do not belong together.</exception>
    public OutlierFactorChannel(
        string feature, int width, float[] references, float[] reaches, float[] densities, int neighbours)
    {
        (Feature, Width, References, Reaches, Densities, Neighbours) = (
            feature, width, references, reaches, densities, neighbours);
        bank = new PackedMatrix(references, width, []);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, bank.Count);
        if (reaches.Length != bank.Count || densities.Length != bank.Count)
            throw new ArgumentException(
                $"{bank.Count} references need the same number of reaches and densities, there are {reaches.Length} " +
                $"and {densities.Length}", nameof(reaches));
    }

    public string Name => ChannelName;

    public string Feature { get; }

    public int Width { get; }

    public float[] References { get; }

    public float[] Reaches { get; }

    public float[] Densities { get; }

    public int Neighbours { get; }

    public IReadOnlyList<string> Features => [Feature];

    /// <summary>Distance of two points of length 1 with a given cosine.</summary>
    public static float DistanceOf(float cosine) => MathF.Sqrt(Math.Max(0, 2 - 2 * cosine));

    /// <inheritdoc/>
    /// <remarks>A ratio of densities, above 0.</remarks>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        var queries = texts.Gather(Features);
        AnomalyTexts.Normalise(queries, Width);
        var (cosines, rows) = (new float[texts.Count * Neighbours], new int[texts.Count * Neighbours]);
        NearestRows.Find(bank, queries, texts.Count, Neighbours, cosines, rows, parallel);
        for (var text = 0; text < texts.Count; text++)
        {
            var (reach, density) = (0f, 0f);
            for (var i = text * Neighbours; i < (text + 1) * Neighbours; i++)
            {
                reach += Math.Max(Reaches[rows[i]], DistanceOf(cosines[i]));
                density += Densities[rows[i]];
            }
            // lrd(text) = k / reach; factor = mean density of the neighbours / lrd(text).
            values[text] = density / Neighbours * (reach / Neighbours);
        }
    }
}
