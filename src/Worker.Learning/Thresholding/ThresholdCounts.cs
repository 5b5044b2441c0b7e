namespace Worker.Learning.Thresholding;

/// <summary>Counts at a threshold, when yes is p ≥ threshold.</summary>
/// <param name="TruePositives">Rows that are yes and predicted to be.</param>
/// <param name="Predicted">Rows predicted to be yes.</param>
/// <param name="Positives">Rows that are yes.</param>
internal readonly record struct ThresholdCounts(int TruePositives, int Predicted, int Positives)
{
    /// <summary>1 if nothing is predicted, because no prediction is wrong.</summary>
    public double Precision => Predicted == 0 ? 1 : (double)TruePositives / Predicted;

    /// <summary>1 if there is nothing to find.</summary>
    public double Recall => Positives == 0 ? 1 : (double)TruePositives / Positives;

    /// <summary>2·TP / (2·TP + FN + FP); 0 if there is neither a positive nor a predicted yes.</summary>
    public double F1 => FBeta(1);

    /// <summary>Counts rows at one threshold.</summary>
    /// <param name="probabilities">Of the rows.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="threshold">Yes from this up.</param>
    public static ThresholdCounts At(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double threshold) =>
        At(probabilities, answers, [threshold]);

    /// <summary>Counts rows that each have their own threshold.</summary>
    /// <param name="thresholds">Yes from this up; one per row, or one for all.</param>
    public static ThresholdCounts At(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, ReadOnlySpan<double> thresholds)
    {
        var (truePositives, predicted) = (0, 0);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] >= thresholds[thresholds.Length == 1 ? 0 : i]))
                continue;
            predicted++;
            truePositives += answers[i] ? 1 : 0;
        }
        return new ThresholdCounts(truePositives, predicted, answers.Count(true));
    }

    /// <summary>(1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP); 0 when there is neither a positive nor a yes.</summary>
    public double FBeta(double beta)
    {
        var weight = beta * beta;
        var below = weight * Positives + Predicted;
        return below == 0 ? 0 : (1 + weight) * TruePositives / below;
    }
}
