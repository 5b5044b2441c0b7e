namespace Worker.Core.Anomaly;

/// <summary>One minus the largest probability of any head: no label is sure of the text.</summary>
public sealed class ProbabilityChannel : IAnomalyChannel
{
    public const string ChannelName = "max_probability";

    public string Name => ChannelName;

    public IReadOnlyList<string> Features => [];

    public int Width => 0;

    /// <inheritdoc/>
    /// <remarks>In [0, 1]; 1 when there is no head.</remarks>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        var probabilities = texts.Probabilities.Span;
        for (var text = 0; text < texts.Count; text++)
        {
            var largest = 0f;
            foreach (var p in probabilities.Slice(text * texts.Labels, texts.Labels))
                largest = Math.Max(largest, p);
            values[text] = 1 - largest;
        }
    }
}
