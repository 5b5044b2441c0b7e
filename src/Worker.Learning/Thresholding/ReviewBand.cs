using Worker.Core.Heads;

namespace Worker.Learning.Thresholding;

/// <summary>
/// The review band of the plain rules, if one is asked for: the share of held-out rows nearest to the decision
/// threshold counts as uncertain, and people are asked about those first. It fixes how many these are, and unlike
/// certified bands promises no error rate.
/// </summary>
internal static class ReviewBand
{
    /// <summary>
    /// Low and high around the threshold, equally far from it in log-odds (in probability, the short side of a
    /// threshold of 0.1 would be used up first), so that the given share of rows, to the nearest whole row, lies
    /// strictly between; fewer if rows are equally far from it, because the band takes all or none of those.
    /// </summary>
    /// <param name="probabilities">Calibrated, of held-out rows; at least one.</param>
    /// <param name="decide">The decision threshold, in [0, 1].</param>
    /// <param name="share">Share of rows to review, of [0, 1).</param>
    public static Thresholds Around(ReadOnlySpan<double> probabilities, double decide, double share)
    {
        var centre = LogOdds(decide);
        var distances = new double[probabilities.Length];
        for (var i = 0; i < distances.Length; i++)
            distances[i] = Math.Abs(LogOdds(probabilities[i]) - centre);
        Array.Sort(distances);

        var inside = (int)Math.Round(share * distances.Length);
        if (inside == 0)
            return new Thresholds(decide, decide, decide);
        // Midway to the first row outside, or a little past the last row, so that rounding moves no row across.
        var half = inside < distances.Length ? (distances[inside - 1] + distances[inside]) / 2 : distances[^1] + 1e-6;
        return new Thresholds(
            Math.Min(decide, Calibration.Identity.Probability(centre - half)),
            decide,
            Math.Max(decide, Calibration.Identity.Probability(centre + half)));
    }

    /// <summary>ln(p / (1 − p)), finite at 0 and 1 too.</summary>
    private static double LogOdds(double p)
    {
        p = Math.Clamp(p, 1e-12, 1 - 1e-12);
        return Math.Log(p / (1 - p));
    }
}
