namespace Worker.Learning.Examples;

/// <summary>
/// How much rows count that were drawn with unequal chances: 1 / propensity, so that they stand for all that were not
/// drawn.
/// </summary>
internal static class ImportanceWeights
{
    /// <summary>
    /// Weights that are cut at √rows times their mean (Ionides 2008). A few random texts among few that were chosen
    /// would decide alone otherwise; where there are many, hardly any weight is cut.
    /// </summary>
    /// <param name="weights">Each above 0.</param>
    public static double[] Truncated(double[] weights)
    {
        if (weights.Length == 0)
            return weights;
        var most = weights.Average() * Math.Sqrt(weights.Length);
        return Array.ConvertAll(weights, weight => Math.Min(weight, most));
    }

    /// <summary>
    /// How many rows of equal weight say as much: (Σ w)² / Σ w² (Kish 1965). 0 for no rows.
    /// </summary>
    public static double EffectiveSize(IEnumerable<double> weights)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var weight in weights)
            (sum, squares) = (sum + weight, squares + weight * weight);
        return squares == 0 ? 0 : sum * sum / squares;
    }
}
