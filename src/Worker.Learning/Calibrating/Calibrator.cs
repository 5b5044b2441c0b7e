using Worker.Core.Heads;
using Worker.Learning.Evaluating;

namespace Worker.Learning.Calibrating;

/// <summary>How logits become probabilities.</summary>
internal enum CalibrationMethod
{
    /// <summary>
    /// Platt's; isotonic from <see cref="Calibrator.IsotonicPositives"/> held-out positives, if that has the lower
    /// log-loss.
    /// </summary>
    Auto,

    /// <summary>Two parameters: good with few examples.</summary>
    Platt,

    /// <summary>A free rising curve; with fewer positives a label is still calibrated by Platt's.</summary>
    Isotonic,
}

/// <summary>Chooses and fits a calibration on held-out logits.</summary>
internal static class Calibrator
{
    /// <summary>How many held-out rows with the label, and without it, isotonic calibration needs.</summary>
    public const int IsotonicPositives = 1000;

    /// <param name="method">As asked for.</param>
    /// <param name="logits">Held-out.</param>
    /// <param name="answers">As many, both kinds at least once.</param>
    public static Calibration Fit(CalibrationMethod method, float[] logits, bool[] answers)
    {
        var platt = Platt.Fit(logits, answers);
        var positives = answers.AsSpan().Count(true);
        if (method == CalibrationMethod.Platt || Math.Min(positives, answers.Length - positives) < IsotonicPositives
            || platt.Slope == 0)
            return platt;
        return method == CalibrationMethod.Isotonic
            || CrossLoss(logits, answers, (z, y) => Isotonic.Fit(z, y)) < CrossLoss(
                logits, answers, (z, y) => Platt.Fit(z, y))
            ? Isotonic.Fit(logits, answers)
            : platt;
    }

    /// <summary>
    /// Log-loss of each half's rows under the other half's calibration; every second row of each answer makes a half.
    /// </summary>
    private static double CrossLoss(float[] logits, bool[] answers, Func<float[], bool[], Calibration> fit)
    {
        var half = new int[logits.Length];
        var seen = new int[2];
        for (var row = 0; row < half.Length; row++)
            half[row] = seen[answers[row] ? 1 : 0]++ % 2;
        var sum = 0.0;
        for (var judged = 0; judged < 2; judged++)
        {
            var calibration = fit([.. logits.Where((_, row) => half[row] != judged)],
                [.. answers.Where((_, row) => half[row] != judged)]);
            var (z, y) = (logits.Where((_, row) => half[row] == judged).ToArray(),
                answers.Where((_, row) => half[row] == judged).ToArray());
            sum += z.Length * ProbabilityMetrics.LogLoss(
                Array.ConvertAll(z, logit => calibration.Probability(logit)), y);
        }
        return sum / logits.Length;
    }
}
