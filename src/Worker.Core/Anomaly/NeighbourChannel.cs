using Worker.Core.Numerics;

namespace Worker.Core.Anomaly;

/// <summary>
/// Mean cosine distance to the nearest references. The bank and the text are scaled to length 1. If the feature is
/// wide, they are projected onto the bank's principal directions, which costs less and loses almost nothing.
/// </summary>
public sealed class NeighbourChannel : IAnomalyChannel
{
    public const string ChannelName = "neighbours";

    private readonly PackedMatrix? projection;
    private readonly PackedMatrix bank;

    /// <param name="feature">The feature that is compared.</param>
    /// <param name="width">Its floats.</param>
    /// <param name="directions">[kept, width], orthonormal; empty when the bank holds whole features.</param>
    /// <param name="references">[count, kept or width], scaled to length 1 before projection.</param>
    /// <param name="neighbours">k, 1 to count.</param>
    /// <exception cref="ArgumentException">The arrays do not belong together.</exception>
    public NeighbourChannel(string feature, int width, float[] directions, float[] references, int neighbours)
    {
        (Feature, Width, Directions, References, Neighbours) = (feature, width, directions, references, neighbours);
        projection = directions.Length == 0 ? null : new PackedMatrix(directions, width, []);
        bank = new PackedMatrix(references, projection?.Count ?? width, []);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, bank.Count);
    }

    public string Name => ChannelName;

    public string Feature { get; }

    public int Width { get; }

    public float[] Directions { get; }

    public float[] References { get; }

    public int Neighbours { get; }

    public IReadOnlyList<string> Features => [Feature];

    /// <summary>References in the bank.</summary>
    public int Count => bank.Count;

    /// <inheritdoc/>
    /// <remarks>1 − mean cosine, in [0, 2].</remarks>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        var queries = texts.Gather(Features);
        AnomalyTexts.Normalise(queries, Width);
        if (projection is not null)
            queries = Project(projection, queries, texts.Count, parallel);
        var (cosines, rows) = (new float[texts.Count * Neighbours], new int[texts.Count * Neighbours]);
        NearestRows.Find(bank, queries, texts.Count, Neighbours, cosines, rows, parallel);
        for (var text = 0; text < texts.Count; text++)
        {
            var sum = 0f;
            foreach (var cosine in cosines.AsSpan(text * Neighbours, Neighbours))
                sum += cosine;
            values[text] = 1 - sum / Neighbours;
        }
    }

    private static float[] Project(PackedMatrix projection, float[] queries, int count, ParallelOptions parallel)
    {
        var projected = new float[count * projection.Count];
        projection.MultiplyAll(queries, count, projected, parallel);
        return projected;
    }
}
