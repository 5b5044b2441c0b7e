namespace Worker.Learning.Examples;

/// <summary>A text with people's answers.</summary>
/// <param name="Text">As it was received; may be empty.</param>
/// <param name="Labels">Label to answer: true has it, false does not.</param>
/// <param name="Closed">What a label that is not named means: false when true (the list of labels was complete),
/// unknown when false.</param>
internal sealed record LabelledText(string Text, IReadOnlyDictionary<string, bool> Labels, bool Closed)
{
    /// <summary>
    /// Where the text is from (<c>"source"</c> of the line), for figures by source; null if not given.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>
    /// False for a text that should count as unknown (<c>"known": false</c>): used to measure anomaly scores, never to
    /// train on.
    /// </summary>
    public bool Known { get; init; } = true;
}
