namespace Worker.Learning.Certifying;

/// <summary>Counts at a threshold, when yes is p ≥ threshold.</summary>
/// <param name="TruePositives">Rows that are yes and predicted to be.</param>
/// <param name="Predicted">Rows predicted to be yes.</param>
/// <param name="Positives">Rows that are yes.</param>
public readonly record struct ThresholdCounts(int TruePositives, int Predicted, int Positives)
{
    /// <summary>1 where nothing is predicted: nothing predicted is wrong.</summary>
    public double Precision => Predicted == 0 ? 1 : (double)TruePositives / Predicted;

    /// <summary>1 where there is nothing to find.</summary>
    public double Recall => Positives == 0 ? 1 : (double)TruePositives / Positives;

    /// <summary>(1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP); 0 when there is neither a positive nor a yes.</summary>
    public double FBeta(double beta)
    {
        var weight = beta * beta;
        var below = weight * Positives + Predicted;
        return below == 0 ? 0 : (1 + weight) * TruePositives / below;
    }
}

/// <summary>Finds the threshold that is best by some measure of the counts; without a guarantee.</summary>
public static class PlainThreshold
{
    /// <summary>
    /// The threshold with the highest score; of equals the one nearest a half. It lies midway between the lowest
    /// probability that is a yes and the next lower one. To say yes to nothing is a candidate too.
    /// </summary>
    /// <param name="probabilities">Calibrated, of held-out rows.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="score">Higher is better.</param>
    public static double Best(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, Func<ThresholdCounts, double> score)
    {
        var sorted = probabilities.ToArray();
        var truth = answers.ToArray();
        Array.Sort(sorted, truth);
        var positives = answers.Count(true);
        var (best, highest, truePositives) =
            (1.0, sorted.Length > 0 && sorted[^1] >= 1 ? double.NegativeInfinity : score(new(0, 0, positives)), 0);
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
