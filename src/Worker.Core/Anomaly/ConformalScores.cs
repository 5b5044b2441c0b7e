namespace Worker.Core.Anomaly;

/// <summary>
/// Turns an anomaly score into a conformal p-value (Vovk et al. 2005): the share of known texts, the text itself
/// included, that score as high or higher. If the scores and a new text's own are exchangeable (one scorer, which saw
/// none of them), a text like the known ones has p ≤ α with probability α at most, on average over the known texts. A
/// reference's scores are nearly exchangeable. Folds were scored by channels fitted to the other folds, but new texts
/// are scored by channels fitted to all (cross-conformal: 2α is proved, about α is observed). The channels' scales are
/// learned from the same values. And above <see cref="MaximumScores"/>, evenly spaced scores represent all.
/// </summary>
public sealed class ConformalScores
{
    /// <summary>Maximum number of scores kept; p-values have steps of 1 / (kept + 1).</summary>
    public const int MaximumScores = 10_000;

    /// <param name="ascending">Scores of known texts that took no part in fitting, ascending; at least one.</param>
    public ConformalScores(float[] ascending)
    {
        if (ascending.Length == 0)
            throw new ArgumentException("there are no scores of known texts", nameof(ascending));
        if (!EmpiricalTail.IsAscending(ascending))
            throw new ArgumentException("scores of known texts must rise", nameof(ascending));
        Ascending = ascending;
    }

    public float[] Ascending { get; }

    /// <summary>(1 + how many known texts score as high or higher) / (1 + how many there are); in (0, 1].</summary>
    public float PValue(float score) =>
        (1f + Ascending.Length - EmpiricalTail.CountBelow(Ascending, score)) / (1f + Ascending.Length);
}
