namespace Worker.Core.Anomaly;

/// <summary>
/// Turns an anomaly score into a conformal p-value (Vovk et al. 2005): the share of known texts, the text itself
/// included, that score as high or higher. Of texts like the known ones at most a share α has p ≤ α.
/// </summary>
public sealed class ConformalScores
{
    /// <summary>Scores kept at most; their p-values are steps of 1 / (kept + 1).</summary>
    public const int MostScores = 10_000;

    /// <param name="ascending">Scores of known texts that took no part in fitting, ascending; at least one.</param>
    public ConformalScores(float[] ascending)
    {
        if (ascending.Length == 0)
            throw new ArgumentException("there are no scores of known texts", nameof(ascending));
        Ascending = ascending;
    }

    public float[] Ascending { get; }

    /// <summary>(1 + how many known texts score as high or higher) / (1 + how many there are); in (0, 1].</summary>
    public float PValue(float score) =>
        (1f + Ascending.Length - EmpiricalTail.CountBelow(Ascending, score)) / (1f + Ascending.Length);
}
