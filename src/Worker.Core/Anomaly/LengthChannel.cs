namespace Worker.Core.Anomaly;

/// <summary>
/// How unusual a text's length is: the share of known texts whose length lies on the same side as far out or farther,
/// doubled and taken as −ln. Long and short count alike, for nobody says which of them strangers will be.
/// </summary>
public sealed class LengthChannel : IAnomalyChannel
{
    public const string ChannelName = "length";

    /// <param name="lengths">Tokens of known texts, ascending; at least one.</param>
    public LengthChannel(float[] lengths)
    {
        if (lengths.Length == 0)
            throw new ArgumentException("there are no known lengths", nameof(lengths));
        Lengths = lengths;
    }

    public string Name => ChannelName;

    public float[] Lengths { get; }

    public IReadOnlyList<string> Features => [];

    /// <inheritdoc/>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        for (var text = 0; text < texts.Count; text++)
        {
            var length = texts.Tokens.Length(text);
            var (below, notAbove) = (EmpiricalTail.CountBelow(Lengths, length), EmpiricalTail.CountBelow(Lengths, length + 0.5f));
            var tail = (1f + Math.Min(notAbove, Lengths.Length - below)) / (1 + Lengths.Length);
            values[text] = -MathF.Log(Math.Min(1, 2 * tail));
        }
    }
}
