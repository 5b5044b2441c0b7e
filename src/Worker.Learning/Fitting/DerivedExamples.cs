namespace Worker.Learning.Fitting;

/// <summary>
/// What fits may learn from beside the texts and people's answers. None of it is ever held out and judged: figures,
/// penalties and calibration are of the texts and their answers alone.
/// </summary>
internal sealed record DerivedExamples
{
    /// <summary>
    /// For each row of features after those of the texts, the text it was made from: an altered copy, with that text's
    /// answers, which no fit sees that holds the text out.
    /// </summary>
    public IReadOnlyList<int> Sources { get; init; } = [];

    /// <summary>
    /// Scores of other heads, of [0, 1], for answers that are unknown; [texts, labels], NaN for none. A score x counts
    /// as the answer that it is nearer to, with the weight 4·(x − 0.5)².
    /// </summary>
    public float[]? Scores { get; init; }
}
