namespace Worker.Learning.Calibrating;

/// <summary>
/// Where yes and no part. A half is right for calibrated probabilities when both errors cost the same; F1 of a rare label
/// wants less. The best threshold on few positives is mostly chance, and where F1 is high already there is little to win:
/// in both cases the half stays.
/// </summary>
public static class DecisionThreshold
{
    /// <summary>Below so many held-out positives the threshold stays a half.</summary>
    public const int MinimumPositives = 20;

    /// <summary>From this F1 at a half on the threshold stays a half.</summary>
    public const double HighF1 = 0.9;

    /// <summary>Chooses the threshold on held-out rows.</summary>
    /// <param name="probabilities">Calibrated.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    public static double Choose(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers) =>
        answers.Count(true) < MinimumPositives || F1(probabilities, answers, 0.5) >= HighF1 ? 0.5 : Best(probabilities, answers);

    /// <summary>
    /// The threshold with the highest F1 when yes is p ≥ threshold; of equals the one nearest a half. It lies midway
    /// between the lowest probability that is a yes and the next lower one.
    /// </summary>
    public static double Best(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        var sorted = probabilities.ToArray();
        var truth = answers.ToArray();
        Array.Sort(sorted, truth);
        var positives = answers.Count(true);
        var (best, bestF1, truePositives) = (0.5, 0.0, 0);
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            truePositives += truth[i] ? 1 : 0;
            // Equal probabilities cannot be parted.
            if (i > 0 && sorted[i - 1] == sorted[i])
                continue;
            var f1 = 2.0 * truePositives / (sorted.Length - i + positives);
            var threshold = i > 0 ? (sorted[i - 1] + sorted[i]) / 2 : sorted[i] / 2;
            // Rounding can put the middle of neighbours onto the lower one, which would then be a yes too.
            if (i > 0 && threshold <= sorted[i - 1])
                threshold = sorted[i];
            if (f1 > bestF1 || (f1 == bestF1 && Math.Abs(threshold - 0.5) < Math.Abs(best - 0.5)))
                (best, bestF1) = (threshold, f1);
        }
        return best;
    }

    /// <summary>F1 = 2·TP / (predicted + actual positives) when yes is p ≥ threshold; 0 when there are neither.</summary>
    public static double F1(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double threshold)
    {
        var (truePositives, predicted) = (0, 0);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] < threshold)
                continue;
            predicted++;
            truePositives += answers[i] ? 1 : 0;
        }
        var total = predicted + answers.Count(true);
        return total == 0 ? 0 : 2.0 * truePositives / total;
    }
}
