namespace Worker.Learning.Certifying;

/// <summary>What a side without a certificate lacks, if error and share stay the same.</summary>
/// <param name="Answers">About how many more answered texts are needed; null if no number is enough at that error, or
/// there is no data to estimate it.</param>
/// <param name="Error">Share of wrong decisions among the side's most confident rows; null if there are none.</param>
internal sealed record MissingEvidence(int? Answers, double? Error)
{
    /// <summary>More than this multiple of the existing answers is not worth reporting.</summary>
    private const int Beyond = 100;

    private static readonly double[] Parts = [0.25, 0.5, 0.75, 1];

    /// <summary>
    /// The minimum number of answers at which the test would pass if the error among the most confident rows, and their
    /// share of all rows, stayed the same.
    /// </summary>
    /// <param name="wrong">Whether each of the side's rows is wrong, the most confident first.</param>
    /// <param name="all">All answered rows.</param>
    /// <param name="target">Error target.</param>
    /// <param name="delta">Probability of a wrong certificate; the first test of a large side has half of it.</param>
    public static MissingEvidence Of(ReadOnlySpan<bool> wrong, int all, double target, double delta)
    {
        if (wrong.IsEmpty)
            return new MissingEvidence(null, null);
        var (minimum, lowest) = (double.PositiveInfinity, 1.0);
        foreach (var part in Parts)
        {
            var size = Math.Max(1, (int)Math.Round(part * wrong.Length));
            // Half an error more than observed, because no error in a few rows does not mean that there are none.
            var error = (wrong[..size].Count(true) + 0.5) / (size + 1);
            lowest = Math.Min(lowest, error);
            if (Rows(error, target, delta, (long)Beyond * size) is { } rows)
                minimum = Math.Min(minimum, (double)rows * all / size);
        }
        if (double.IsInfinity(minimum))
            return new MissingEvidence(null, lowest);
        // If the test should already pass, it failed by chance; then a tenth more is the minimum worth trying.
        return new MissingEvidence(Rounded(Math.Max(minimum - all, 0.1 * all)), lowest);
    }

    /// <summary>Number of rows at which a side with that error passes; null if it takes too many.</summary>
    private static int? Rows(double error, double target, double delta, long maximum)
    {
        for (double rows = RiskTest.MinimumWithoutError(target, delta); rows <= maximum; rows *= 1.1)
        {
            var count = (int)Math.Ceiling(rows);
            var level = count < LearnThenTest.Large ? delta : delta / 2;
            // Half a standard deviation above the mean, because at the mean every second try would fail.
            var errors = error * count + 0.5 * Math.Sqrt(error * count);
            if (RiskTest.Binomial(Math.Min(count, (int)Math.Round(errors)), count, target) <= level)
                return count;
        }
        return null;
    }

    /// <summary>Rounded up to two digits, because the estimate is not more precise.</summary>
    private static int Rounded(double answers)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(answers)) - 1));
        return (int)Math.Max(1, Math.Ceiling(answers / unit) * unit);
    }
}
