using Worker.Core.Heads;
using Worker.Core.Numerics;

namespace Worker.Learning.Calibrating;

/// <summary>
/// Platt's calibration, p = σ(slope·z + intercept): logistic regression on the one logit, with smoothed targets
/// (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0, so that separable logits do not drive the slope to infinity
/// (Platt 1999; fitted by <see cref="NewtonLogistic"/>).
/// </summary>
internal static class Platt
{
    /// <summary>Fits slope and intercept to held-out logits.</summary>
    /// <param name="logits">Of rows that were not fitted on; finite.</param>
    /// <param name="answers">True where the label holds; as many, both kinds at least once.</param>
    /// <returns> A slope ≥ 0. Logits that rank no better than chance would get a negative slope. Then the slope is 0,
    /// and every probability is the (smoothed) share of positives, which is all that such a head knows.
    /// </returns>
    /// <exception cref="ArgumentException">The lengths differ, or one kind of answer is missing.</exception>
    public static Calibration Fit(ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers)
    {
        if (logits.Length != answers.Length)
            throw new ArgumentException(
                $"there are {logits.Length} logits and {answers.Length} answers", nameof(answers));
        var positives = answers.Count(true);
        var negatives = answers.Length - positives;
        if (positives == 0 || negatives == 0)
            throw new ArgumentException(
                $"calibration needs answers of both kinds, there are {positives} yes and {negatives} no",
                nameof(answers));

        var (high, low) = ((positives + 1.0) / (positives + 2.0), 1 / (negatives + 2.0));
        // Centred and scaled, Newton's 2 × 2 system is well conditioned whatever the logits' range.
        var (mean, deviation) = Moments(logits);
        var share = (positives * high + negatives * low) / answers.Length;
        var constant = Math.Log(share / (1 - share));
        if (deviation == 0)
            return new Calibration(0, constant);
        var (x, targets) = (new double[logits.Length], new double[logits.Length]);
        for (var i = 0; i < x.Length; i++)
            (x[i], targets[i]) = ((logits[i] - mean) / deviation, answers[i] ? high : low);
        var point = NewtonLogistic.Fit(x, targets, [0, constant]);
        if (point[0] <= 0)
            return new Calibration(0, constant);
        var slope = point[0] / deviation;
        return new Calibration(slope, point[1] - slope * mean);
    }

    private static (double Mean, double Deviation) Moments(ReadOnlySpan<float> logits)
    {
        var (sum, square) = (0.0, 0.0);
        foreach (var z in logits)
            sum += z;
        var mean = sum / logits.Length;
        foreach (var z in logits)
            square += (z - mean) * (z - mean);
        return (mean, Math.Sqrt(square / logits.Length));
    }
}
