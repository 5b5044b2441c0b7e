namespace Worker.Learning.Thresholding;

/// <summary>
/// Where yes and no part, found on held-out rows, without a guarantee. A half is right for calibrated probabilities
/// when both errors cost the same; F1 of a rare label wants less. The best threshold on few positives is mostly chance,
/// and where F1 is high already there is little to win: in both cases the half stays.
/// </summary>
internal static class DecisionThreshold
{
    /// <summary>Below so many held-out positives the threshold stays a half.</summary>
    public const int MinimumPositives = 20;

    /// <summary>From this F1 at a half on the threshold stays a half.</summary>
    public const double HighF1 = 0.9;

    /// <summary>Chooses the threshold by F1, or keeps the half.</summary>
    /// <param name="probabilities">Calibrated.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    public static double Choose(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers) =>
        answers.Count(true) < MinimumPositives || ThresholdCounts.At(probabilities, answers, 0.5).F1 >= HighF1
            ? 0.5
            : Best(probabilities, answers, counts => counts.F1);

    /// <summary>
    /// The threshold with the highest score; of equals the one nearest a half. It lies midway between the lowest
    /// probability that is a yes and the next lower one. To say yes to nothing is a candidate too.
    /// </summary>
    /// <param name="probabilities">Calibrated, of held-out rows.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="score">Higher is better.</param>
    public static double Best(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, Func<ThresholdCounts, double> score)
    {
        var sorted = probabilities.ToArray();
        var truth = answers.ToArray();
        Array.Sort(sorted, truth);
        var positives = answers.Count(true);
        var (best, highest, truePositives) = (
            1.0, sorted.Length > 0 && sorted[^1] >= 1 ? double.NegativeInfinity : score(new(0, 0, positives)), 0);
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            truePositives += truth[i] ? 1 : 0;
            // Equal probabilities cannot be parted.
            if (i > 0 && sorted[i - 1] == sorted[i])
                continue;
            var value = score(new(truePositives, sorted.Length - i, positives));
            var threshold = i > 0 ? (sorted[i - 1] + sorted[i]) / 2 : sorted[i] / 2;
            // Rounding can put the middle of neighbours onto the lower one, which would then be a yes too.
            if (i > 0 && threshold <= sorted[i - 1])
                threshold = sorted[i];
            if (value > highest || (value == highest && Math.Abs(threshold - 0.5) < Math.Abs(best - 0.5)))
                (best, highest) = (threshold, value);
        }
        return best;
    }
}
