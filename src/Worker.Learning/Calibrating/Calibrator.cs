using Worker.Core.Heads;
using Worker.Core.Numerics;
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
    /// <param name="near">A calibration of nearly the same rows, where the search begins; null for none.</param>
    /// <param name="weights">How much each row counts; as many. Then it is Platt's calibration: what few rows of great
    /// weight say is too little for a curve. Empty for all alike.</param>
    public static Calibration Fit(
        CalibrationMethod method, ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, Calibration? near = null,
        ReadOnlySpan<double> weights = default)
    {
        var platt = Platt.Fit(logits, answers, near, weights);
        var positives = answers.Count(true);
        if (method == CalibrationMethod.Platt || !weights.IsEmpty || platt.Slope == 0
            || Math.Min(positives, answers.Length - positives) < IsotonicPositives)
            return platt;
        return method == CalibrationMethod.Isotonic || IsBetterIsotonic(logits, answers, platt)
            ? Isotonic.Fit(logits, answers)
            : platt;
    }

    /// <summary>
    /// Whether isotonic calibration has the lower log-loss, each half of the rows under the other half's calibration.
    /// </summary>
    private static bool IsBetterIsotonic(ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, Calibration near)
    {
        // Of an odd number of yes, or of no, the first half has the one more.
        var positives = answers.Count(true);
        var first = (positives + 1) / 2 + (answers.Length - positives + 1) / 2;
        using var z = new Rented<float>(logits.Length);
        using var y = new Rented<bool>(logits.Length);
        Halve(logits, answers, first, z.Span, y.Span);
        var (isotonic, platt) = (0.0, 0.0);
        foreach (var (other, own) in (ReadOnlySpan<(Range Other, Range Own)>)[(first.., ..first), (..first, first..)])
        {
            isotonic += Loss(z.Span[own], y.Span[own], Isotonic.Fit(z.Span[other], y.Span[other]));
            platt += Loss(z.Span[own], y.Span[own], Platt.Fit(z.Span[other], y.Span[other], near));
        }
        return isotonic < platt;
    }

    /// <summary>Every second row of each answer goes into the first half.</summary>
    /// <param name="first">Rows of the first half; the second is after it.</param>
    private static void Halve(
        ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, int first, Span<float> z, Span<bool> y)
    {
        Span<int> seen = [0, 0], next = [0, first];
        for (var row = 0; row < answers.Length; row++)
        {
            var place = next[seen[answers[row] ? 1 : 0]++ % 2]++;
            (z[place], y[place]) = (logits[row], answers[row]);
        }
    }

    /// <summary>Summed log-loss.</summary>
    private static double Loss(ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, Calibration calibration)
    {
        using var probabilities = new Rented<double>(logits.Length);
        for (var i = 0; i < logits.Length; i++)
            probabilities.Span[i] = calibration.Probability(logits[i]);
        return logits.Length * ProbabilityMetrics.LogLoss(probabilities.Span, answers);
    }
}
