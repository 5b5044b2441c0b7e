using System.Buffers;

namespace Worker.Learning.Thresholding;

/// <summary>
/// The threshold between yes and no, found on held-out rows, without a guarantee. One half is right for calibrated
/// probabilities if both errors cost the same; for a rare label F1 is better with a lower threshold. The best threshold
/// on few positives is mostly chance, and if F1 is already high there is little to gain; in both cases one half stays.
/// </summary>
internal static class DecisionThreshold
{
    /// <summary>With fewer held-out positives the threshold stays one half.</summary>
    public const int MinimumPositives = 20;

    /// <summary>If F1 at one half is at least this, the threshold stays one half.</summary>
    public const double HighF1 = 0.9;

    /// <summary>Chooses the threshold by F1, or keeps one half.</summary>
    /// <param name="probabilities">Calibrated.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    public static double Choose(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers) =>
        answers.Count(true) < MinimumPositives || ThresholdCounts.At(probabilities, answers, 0.5).F1 >= HighF1
            ? 0.5
            : Best(probabilities, answers, counts => counts.F1);

    /// <summary>
    /// The threshold with the highest score; with equal scores the one nearest one half. It is midway between the
    /// lowest probability that is a yes and the next lower one. Predicting no yes at all is a candidate too.
    /// </summary>
    /// <param name="probabilities">Calibrated, of held-out rows.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="score">Higher is better.</param>
    public static double Best(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, Func<ThresholdCounts, double> score)
    {
        var (rentedRows, rentedTruth) = (
            ArrayPool<double>.Shared.Rent(answers.Length), ArrayPool<bool>.Shared.Rent(answers.Length));
        var sorted = rentedRows.AsSpan(0, answers.Length);
        var truth = rentedTruth.AsSpan(0, answers.Length);
        probabilities.CopyTo(sorted);
        answers.CopyTo(truth);
        sorted.Sort(truth);
        var best = Best(sorted, truth, score);
        ArrayPool<double>.Shared.Return(rentedRows);
        ArrayPool<bool>.Shared.Return(rentedTruth);
        return best;
    }

    /// <param name="sorted">Probabilities, rising.</param>
    private static double Best(Span<double> sorted, Span<bool> truth, Func<ThresholdCounts, double> score)
    {
        var positives = truth.Count(true);
        var (best, highest, truePositives) = (
            1.0, sorted.Length > 0 && sorted[^1] >= 1 ? double.NegativeInfinity : score(new(0, 0, positives)), 0);
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            truePositives += truth[i] ? 1 : 0;
            // Equal probabilities cannot be separated.
            if (i > 0 && sorted[i - 1] == sorted[i])
                continue;
            var value = score(new(truePositives, sorted.Length - i, positives));
            var threshold = i > 0 ? (sorted[i - 1] + sorted[i]) / 2 : sorted[i] / 2;
            // Rounding can move the midpoint of neighbours onto the lower one, which would then be a yes too.
            if (i > 0 && threshold <= sorted[i - 1])
                threshold = sorted[i];
            if (value > highest || (value == highest && Math.Abs(threshold - 0.5) < Math.Abs(best - 0.5)))
                (best, highest) = (threshold, value);
        }
        return best;
    }
}
