namespace Worker.Learning.Evaluating;

/// <summary>Rows of like probability: what was said and what came true.</summary>
/// <param name="Probability">Mean probability.</param>
/// <param name="Share">Share of yes.</param>
/// <param name="Rows">How many.</param>
public sealed record ReliabilityBin(double Probability, double Share, int Rows);

/// <summary>The reliability curve: bins of equal mass, as those of <see cref="ProbabilityMetrics.CalibrationError"/>.</summary>
public static class Reliability
{
    /// <summary>At most <see cref="ProbabilityMetrics.Bins"/> bins, rising; those without rows are left out.</summary>
    public static IReadOnlyList<ReliabilityBin> Of(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        var (sorted, truth) = (probabilities.ToArray(), answers.ToArray());
        Array.Sort(sorted, truth);
        var bins = new List<ReliabilityBin>();
        for (int bin = 0, start = 0; bin < ProbabilityMetrics.Bins; bin++)
        {
            // Row i of n is in bin ⌊15·i/n⌋: bin b ends before the first row with 15·i ≥ (b + 1)·n.
            var end = (int)(((long)(bin + 1) * sorted.Length + ProbabilityMetrics.Bins - 1) / ProbabilityMetrics.Bins);
            if (end > start)
                bins.Add(new ReliabilityBin(sorted[start..end].Average(), (double)truth.AsSpan(start, end - start).Count(true) / (end - start), end - start));
            start = end;
        }
        return bins;
    }
}
