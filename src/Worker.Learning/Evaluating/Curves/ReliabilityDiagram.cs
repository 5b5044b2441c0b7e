namespace Worker.Learning.Evaluating.Curves;

/// <summary>One bin of a reliability diagram.</summary>
/// <param name="Count">Rows.</param>
/// <param name="MeanProbability">The mean predicted probability.</param>
/// <param name="Observed">Share of yes.</param>
/// <param name="Low">Lower end of Wilson's 95% interval of the share.</param>
/// <param name="High">Its upper end.</param>
internal readonly record struct CalibrationBin(
    int Count, double MeanProbability, double Observed, double Low, double High);

/// <summary>
/// Predicted probabilities against observed shares, in 15 bins of equal mass, as
/// <see cref="ProbabilityMetrics.CalibrationError"/> counts them.
/// </summary>
/// <param name="Bins">From low to high probabilities; fewer than 15 if there are fewer rows.</param>
/// <param name="Ece">The bins' mean gap, weighted by rows.</param>
/// <param name="Brier">Mean of (p − y)².</param>
/// <param name="LogLoss">Mean of −ln of the probability given to the true answer.</param>
internal sealed record ReliabilityDiagram(IReadOnlyList<CalibrationBin> Bins, double Ece, double Brier, double LogLoss)
{
    /// <summary>Standard normal quantile of a two-sided 95% interval.</summary>
    private const double Z = 1.959963984540054;

    public static ReliabilityDiagram Of(ScoredAnswers scored) => Of(scored.Probabilities, scored.Truth);

    /// <param name="sorted">Probabilities from low to high; each in [0, 1].</param>
    /// <param name="truth">Answers in the same order.</param>
    public static ReliabilityDiagram Of(ReadOnlySpan<double> sorted, ReadOnlySpan<bool> truth)
    {
        var n = sorted.Length;
        var (counts, sums, yes) = (
            new int[ProbabilityMetrics.Bins], new double[ProbabilityMetrics.Bins], new double[ProbabilityMetrics.Bins]);
        for (int start = 0, end; start < n; start = end)
        {
            // Equal probabilities share their answers evenly over the bins that they fall into.
            var positives = 0;
            for (end = start; end < n && sorted[end] == sorted[start]; end++)
                positives += truth[end] ? 1 : 0;
            var share = (double)positives / (end - start);
            for (var row = start; row < end; row++)
            {
                var bin = (int)((long)ProbabilityMetrics.Bins * row / n);
                counts[bin]++;
                sums[bin] += sorted[row];
                yes[bin] += share;
            }
        }
        var bins = new List<CalibrationBin>();
        var ece = 0.0;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            if (counts[bin] == 0)
                continue;
            var (low, high) = Wilson(yes[bin], counts[bin]);
            bins.Add(new CalibrationBin(counts[bin], sums[bin] / counts[bin], yes[bin] / counts[bin], low, high));
            ece += Math.Abs(sums[bin] - yes[bin]) / n;
        }
        return new ReliabilityDiagram(
            bins, ece, ProbabilityMetrics.Brier(sorted, truth), ProbabilityMetrics.LogLoss(sorted, truth));
    }

    /// <summary>Wilson's score interval (1927); unlike the normal one it holds for shares near 0 and 1.</summary>
    private static (double Low, double High) Wilson(double yes, int count)
    {
        var share = yes / count;
        var centre = (share + Z * Z / (2 * count)) / (1 + Z * Z / count);
        var half = Z / (1 + Z * Z / count) * Math.Sqrt(share * (1 - share) / count + Z * Z / (4.0 * count * count));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
