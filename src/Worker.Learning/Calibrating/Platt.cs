using Worker.Core.Heads;

namespace Worker.Learning.Calibrating;

/// <summary>
/// Platt's calibration, p = σ(slope·z + intercept): logistic regression on the one logit, with smoothed targets
/// (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0, so that separable logits do not drive the slope to infinity
/// (Platt 1999; Newton with backtracking and an overflow-free loss after Lin, Lin and Weng 2007).
/// </summary>
public static class Platt
{
    private const int MaximumIterations = 100;
    private const double Tolerance = 1e-10;

    /// <summary>Fits slope and intercept to held-out logits.</summary>
    /// <param name="logits">Of rows that were not fitted on; finite.</param>
    /// <param name="answers">True where the label holds; as many, both kinds at least once.</param>
    /// <returns>
    /// A slope ≥ 0. Logits that rank no better than chance would get a negative one: then the slope is 0, and every
    /// probability the (smoothed) share of positives, which is all that such a head knows.
    /// </returns>
    /// <exception cref="ArgumentException">The lengths differ, or one kind of answer is missing.</exception>
    public static Calibration Fit(ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers)
    {
        if (logits.Length != answers.Length)
            throw new ArgumentException($"there are {logits.Length} logits and {answers.Length} answers", nameof(answers));
        var positives = answers.Count(true);
        var negatives = answers.Length - positives;
        if (positives == 0 || negatives == 0)
            throw new ArgumentException($"calibration needs answers of both kinds, there are {positives} yes and {negatives} no", nameof(answers));

        var (high, low) = ((positives + 1.0) / (positives + 2.0), 1 / (negatives + 2.0));
        // Centred and scaled, Newton's 2 × 2 system is well conditioned whatever the logits' range.
        var (mean, deviation) = Moments(logits);
        var share = (positives * high + negatives * low) / answers.Length;
        var (a, b) = (0.0, Math.Log(share / (1 - share)));
        if (deviation == 0)
            return new Calibration(0, b);

        var loss = Loss(logits, answers, mean, deviation, high, low, a, b);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            var (ga, gb, haa, hab, hbb) = Derivatives(logits, answers, mean, deviation, high, low, a, b);
            if (Math.Abs(ga) < Tolerance * answers.Length && Math.Abs(gb) < Tolerance * answers.Length)
                break;
            var determinant = haa * hbb - hab * hab;
            var (da, db) = (-(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant);
            var (step, next) = (1.0, 0.0);
            for (; step > 1e-10; step /= 2)
            {
                next = Loss(logits, answers, mean, deviation, high, low, a + step * da, b + step * db);
                if (next < loss + 1e-4 * step * (ga * da + gb * db))
                    break;
            }
            if (step <= 1e-10)
                break;
            (a, b, loss) = (a + step * da, b + step * db, next);
        }

        if (a <= 0)
            return new Calibration(0, Math.Log(share / (1 - share)));
        var slope = a / deviation;
        return new Calibration(slope, b - slope * mean);
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

    private static double Loss(
        ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, double mean, double deviation, double high, double low, double a, double b)
    {
        var loss = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            var z = a * (logits[i] - mean) / deviation + b;
            loss += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (answers[i] ? high : low) * z;
        }
        return loss;
    }

    private static (double Ga, double Gb, double Haa, double Hab, double Hbb) Derivatives(
        ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, double mean, double deviation, double high, double low, double a, double b)
    {
        // The ridge keeps the Hessian invertible when all probabilities are at 0 or 1.
        var (ga, gb, haa, hab, hbb) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
        var calibration = new Calibration(a, b);
        for (var i = 0; i < logits.Length; i++)
        {
            var x = (logits[i] - mean) / deviation;
            var p = calibration.Probability(x);
            var (residual, curvature) = (p - (answers[i] ? high : low), p * (1 - p));
            ga += residual * x;
            gb += residual;
            haa += curvature * x * x;
            hab += curvature * x;
            hbb += curvature;
        }
        return (ga, gb, haa, hab, hbb);
    }
}
