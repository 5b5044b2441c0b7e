namespace Worker.Learning.Fitting;

/// <summary>
/// Examples that fits may learn from in addition to the texts and people's answers. They are never held out and judged:
/// figures, penalties and calibration use only the texts and their answers.
/// </summary>
internal sealed record DerivedExamples
{
    /// <summary>
    /// For each row of features after those of the texts, the text it was made from: an altered copy with that text's
    /// answers, which is hidden from fits that hold the text out.
    /// </summary>
    public IReadOnlyList<int> Sources { get; init; } = [];

    /// <summary>
    /// How many texts of the stream the answer of a text (row) to a label (column) stands for: 1 / propensity of one
    /// that was drawn at random, 1 of one that was chosen. Probabilities are calibrated with these weights. Null where
    /// all are alike.
    /// </summary>
    public Func<int, int, double>? Weights { get; init; }

    /// <summary>
    /// Scores of other heads, of [0, 1], for answers that are unknown; [texts, labels], NaN for none. A score x counts
    /// as the answer that it is nearer to, with the weight 4·(x − 0.5)².
    /// </summary>
    public float[]? Scores { get; init; }

    /// <summary>
    /// For each row of features after those of the sources, a positive that nobody answered: what somebody wrote to
    /// describe a label.
    /// </summary>
    public IReadOnlyList<PseudoExample> Pseudo { get; init; } = [];
}

/// <summary>A text that counts as a positive of one label and says nothing about the others.</summary>
/// <param name="Label">Column of the label.</param>
/// <param name="Weight">How much it counts; an answered text counts 1.</param>
internal readonly record struct PseudoExample(int Label, float Weight);
