namespace Worker.Learning.Evaluating;

/// <summary>
/// Decisions against answers, counted. A ratio whose denominator is 0 is 0: nothing was predicted yes (precision), or
/// there are no positives (recall).
/// </summary>
internal readonly record struct Confusion(
    long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    /// <summary>TP / (TP + FP): the share of the predicted yes that is right.</summary>
    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    /// <summary>TP / (TP + FN): the share of the positives that is found.</summary>
    public double Recall => Ratio(TruePositives, TruePositives + FalseNegatives);

    /// <summary>2·TP / (2·TP + FP + FN), the harmonic mean of both.</summary>
    public double F1 => Ratio(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives);

    public static Confusion operator +(Confusion a, Confusion b) => new(
        a.TruePositives + b.TruePositives,
        a.FalsePositives + b.FalsePositives,
        a.FalseNegatives + b.FalseNegatives,
        a.TrueNegatives + b.TrueNegatives);

    public static Confusion Add(Confusion left, Confusion right) => left + right;

    /// <summary>Counts; yes is p ≥ threshold.</summary>
    public static Confusion Of(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double threshold)
    {
        Span<long> counts = stackalloc long[4];
        for (var i = 0; i < probabilities.Length; i++)
            counts[(probabilities[i] >= threshold ? 2 : 0) + (answers[i] ? 1 : 0)]++;
        return new Confusion(
            TruePositives: counts[3], FalsePositives: counts[2], FalseNegatives: counts[1], TrueNegatives: counts[0]);
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
