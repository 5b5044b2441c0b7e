namespace Worker.Learning.Evaluating;

/// <summary>How far probabilities can be trusted. Every figure is 0 for no rows.</summary>
internal static class ProbabilityMetrics
{
    /// <summary>Bins of the expected calibration error.</summary>
    public const int Bins = 15;

    /// <summary>Keeps the log-loss of a probability that is exactly 0 or 1 finite.</summary>
    private const double Smallest = 1e-15;

    /// <summary>Mean of −ln p for yes and −ln(1 − p) for no; p is kept 1e-15 away from 0 and 1.</summary>
    public static double LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
            sum -= Math.Log(Math.Max(Smallest, answers[i] ? probabilities[i] : 1 - probabilities[i]));
        return Mean(sum, probabilities.Length);
    }

    /// <summary>Mean of (p − y)² (Brier 1950).</summary>
    public static double Brier(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var error = probabilities[i] - (answers[i] ? 1 : 0);
            sum += error * error;
        }
        return Mean(sum, probabilities.Length);
    }

    /// <summary>
    /// Expected calibration error: rows ordered by probability, cut into <see cref="Bins"/> bins of equal mass (row i
    /// of n is in bin ⌊15·i/n⌋; fewer when there are fewer rows), and the mean, weighted by rows, of |mean p − share of
    /// yes| over the bins. Equal probabilities share a bin's answers evenly, so that the order of the rows does not
    /// matter.
    /// </summary>
    public static double CalibrationError(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        var (sorted, truth) = (probabilities.ToArray(), answers.ToArray());
        Array.Sort(sorted, truth);
        var n = sorted.Length;
        var gaps = new double[Bins];
        for (int i = 0, end; i < n; i = end)
        {
            var yes = 0;
            for (end = i; end < n && sorted[end] == sorted[i]; end++)
                yes += truth[end] ? 1 : 0;
            var gap = sorted[i] - (double)yes / (end - i);
            for (var row = i; row < end; row++)
                gaps[(int)((long)Bins * row / n)] += gap;
        }
        var sum = 0.0;
        foreach (var gap in gaps)
            sum += Math.Abs(gap);
        return Mean(sum, n);
    }

    private static double Mean(double sum, int count) => count == 0 ? 0 : sum / count;
}
