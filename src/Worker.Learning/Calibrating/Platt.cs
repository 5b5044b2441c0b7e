using System.Buffers;
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
    /// <param name="near">A calibration of nearly the same rows, where the search begins; null for none.</param>
    /// <param name="weights">How much each row counts, above 0; as many. Only their ratios matter: they are scaled so
    /// that they sum up to the effective sample size. Empty for all alike.</param>
    /// <returns> A slope ≥ 0. Logits that rank no better than chance would get a negative slope. Then the slope is 0,
    /// and every probability is the (smoothed) share of positives, which is all that such a head knows.
    /// </returns>
    /// <exception cref="ArgumentException">The lengths differ, or one kind of answer is missing.</exception>
    public static Calibration Fit(
        ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, Calibration? near = null,
        ReadOnlySpan<double> weights = default)
    {
        if (logits.Length != answers.Length)
            throw new ArgumentException(
                $"there are {logits.Length} logits and {answers.Length} answers", nameof(answers));
        if (!weights.IsEmpty && weights.Length != answers.Length)
            throw new ArgumentException(
                $"there are {answers.Length} answers and {weights.Length} weights", nameof(weights));
        var (positives, negatives) = Counts(answers, weights);
        if (positives == 0 || negatives == 0)
            throw new ArgumentException(
                "calibration needs answers of both kinds, there are " +
                $"{answers.Count(true)} yes and {answers.Count(false)} no",
                nameof(answers));

        var (high, low) = ((positives + 1.0) / (positives + 2.0), 1 / (negatives + 2.0));
        // Centred and scaled, Newton's 2 × 2 system is well conditioned whatever the logits' range.
        var (mean, deviation) = Moments(logits);
        var share = (positives * high + negatives * low) / (positives + negatives);
        var constant = Math.Log(share / (1 - share));
        if (deviation == 0)
            return new Calibration(0, constant);
        double[] start = near is { Curve: null, Slope: > 0 } close
            ? [close.Slope * deviation, close.Intercept + close.Slope * mean]
            : [0, constant];
        // Rented: a label is calibrated many times over, and rows are many.
        var rented = ArrayPool<double>.Shared.Rent(2 * logits.Length);
        var x = rented.AsSpan(0, logits.Length);
        var targets = rented.AsSpan(logits.Length, logits.Length);
        for (var i = 0; i < x.Length; i++)
            (x[i], targets[i]) = ((logits[i] - mean) / deviation, answers[i] ? high : low);
        var point = NewtonLogistic.Fit(x, targets, start, weights: weights);
        ArrayPool<double>.Shared.Return(rented);
        if (point[0] <= 0)
            return new Calibration(0, constant);
        var slope = point[0] / deviation;
        return new Calibration(slope, point[1] - slope * mean);
    }

    /// <summary>Effective numbers of yes and of no.</summary>
    private static (double Positives, double Negatives) Counts(
        ReadOnlySpan<bool> answers, ReadOnlySpan<double> weights)
    {
        if (weights.IsEmpty)
            return (answers.Count(true), answers.Count(false));
        var (yes, no, squares) = (0.0, 0.0, 0.0);
        for (var i = 0; i < answers.Length; i++)
        {
            (yes, no) = answers[i] ? (yes + weights[i], no) : (yes, no + weights[i]);
            squares += weights[i] * weights[i];
        }
        var scale = (yes + no) / squares;
        return (yes * scale, no * scale);
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
