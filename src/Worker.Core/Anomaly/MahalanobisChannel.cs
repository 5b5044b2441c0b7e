namespace Worker.Core.Anomaly;

/// <summary>
/// Relative Mahalanobis distance on several layers' means side by side; see <see cref="RelativeMahalanobis"/>.
/// </summary>
public sealed class MahalanobisChannel(IReadOnlyList<string> features, RelativeMahalanobis distance) : IAnomalyChannel
{
    public const string ChannelName = "relative_mahalanobis";

    public string Name => ChannelName;

    public IReadOnlyList<string> Features { get; } = features;

    public int Width => Distance.Origin.Length;

    public RelativeMahalanobis Distance { get; } = distance;

    /// <inheritdoc/>
    /// <remarks>A difference of squared distances, in the classes' own standard deviations; may be negative.</remarks>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel) =>
        Distance.Score(texts.Gather(Features), texts.Count, values, parallel);
}
