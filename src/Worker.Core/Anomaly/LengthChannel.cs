namespace Worker.Core.Anomaly;

/// <summary>
/// How unusually long a text is: −ln of the share of known texts that are as long or longer. Short texts do not count:
/// a text of two words says too little to be called unlike anything.
/// </summary>
public sealed class LengthChannel : IAnomalyChannel
{
    public const string ChannelName = "length";

    /// <param name="lengths">Tokens of known texts, ascending; at least one.</param>
    public LengthChannel(float[] lengths)
    {
        if (lengths.Length == 0)
            throw new ArgumentException("there are no known lengths", nameof(lengths));
        if (!EmpiricalTail.IsAscending(lengths))
            throw new ArgumentException("known lengths must rise", nameof(lengths));
        Lengths = lengths;
    }

    public string Name => ChannelName;

    public float[] Lengths { get; }

    public IReadOnlyList<string> Features => [];

    public int Width => 0;

    /// <inheritdoc/>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        for (var text = 0; text < texts.Count; text++)
        {
            var shorter = EmpiricalTail.CountBelow(Lengths, texts.Tokens.Length(text));
            values[text] = MathF.Log((1f + Lengths.Length) / (1f + Lengths.Length - shorter));
        }
    }
}
