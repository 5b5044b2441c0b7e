using Worker.Learning.Evaluating;

namespace Worker.Learning.Promoting;

/// <summary>
/// The expected calibration error of weighted texts: bins of equal mass, and the mean over them, weighted by mass, of
/// |mean p − share of yes|. A text that lies across the border of two bins is shared between them, and texts of one
/// probability share each other's answers, so that their order plays no part.
/// </summary>
internal static class WeightedCalibration
{
    /// <param name="probability">Which of the two heads' probabilities.</param>
    public static double Error(PairedText[] texts, Func<PairedText, double> probability)
    {
        var sorted = texts.OrderBy(probability).ToArray();
        var total = sorted.Sum(text => text.Weight);
        var gaps = new double[ProbabilityMetrics.Bins];
        var mass = 0.0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            var (p, weight, yes) = (probability(sorted[start]), 0.0, 0.0);
            for (end = start; end < sorted.Length && probability(sorted[end]) == p; end++)
            {
                weight += sorted[end].Weight;
                yes += sorted[end].Weight * sorted[end].Answer;
            }
            Spread(gaps, total / gaps.Length, mass, weight, p - yes / weight);
            mass += weight;
        }
        return gaps.Sum(Math.Abs) / total;
    }

    /// <summary>Adds a stretch of mass with one gap to the bins that it lies in.</summary>
    private static void Spread(double[] gaps, double binMass, double from, double weight, double gap)
    {
        var to = from + weight;
        for (var bin = Math.Min(gaps.Length - 1, (int)(from / binMass)); bin < gaps.Length; bin++)
        {
            // Rounding must not lose what lies at the very end.
            var border = bin == gaps.Length - 1 ? to : Math.Min(to, (bin + 1) * binMass);
            gaps[bin] += Math.Max(0, border - from) * gap;
            from = Math.Max(from, border);
            if (border >= to)
                break;
        }
    }
}
