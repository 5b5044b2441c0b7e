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
    /// <param name="near">A calibration of nearly the same rows, where the search begins; null for none.</param>
    /// <param name="weights">How much each row counts; as many. Then it is Platt's calibration: what few rows of great
    /// weight say is too little for a curve. Null for all alike.</param>
    public static Calibration Fit(
        CalibrationMethod method, float[] logits, bool[] answers, Calibration? near = null, double[]? weights = null)
    {
        var platt = Platt.Fit(logits, answers, near, weights);
        var positives = answers.AsSpan().Count(true);
        if (method == CalibrationMethod.Platt || weights is not null || platt.Slope == 0
            || Math.Min(positives, answers.Length - positives) < IsotonicPositives)
            return platt;
        return method == CalibrationMethod.Isotonic || IsBetterIsotonic(logits, answers, platt)
            ? Isotonic.Fit(logits, answers)
            : platt;
    }

    /// <summary>
    /// Whether isotonic calibration has the lower log-loss, each half of the rows under the other half's calibration.
    /// </summary>
    private static bool IsBetterIsotonic(float[] logits, bool[] answers, Calibration near)
    {
        var halves = Halves(logits, answers);
        var (isotonic, platt) = (0.0, 0.0);
        for (var judged = 0; judged < 2; judged++)
        {
            var (other, own) = (halves[1 - judged], halves[judged]);
            isotonic += Loss(own, Isotonic.Fit(other.Logits, other.Answers));
            platt += Loss(own, Platt.Fit(other.Logits, other.Answers, near));
        }
        return isotonic < platt;
    }

    /// <summary>Every second row of each answer makes a half.</summary>
    private static (float[] Logits, bool[] Answers)[] Halves(float[] logits, bool[] answers)
    {
        var positives = answers.AsSpan().Count(true);
        // Of an odd number the first half has the one more.
        var first = (positives + 1) / 2 + (answers.Length - positives + 1) / 2;
        var halves = new (float[] Logits, bool[] Answers)[]
        {
            (new float[first], new bool[first]),
            (new float[answers.Length - first], new bool[answers.Length - first]),
        };
        var (seen, next) = (new int[2], new int[2]);
        for (var row = 0; row < answers.Length; row++)
        {
            var half = seen[answers[row] ? 1 : 0]++ % 2;
            var place = next[half]++;
            (halves[half].Logits[place], halves[half].Answers[place]) = (logits[row], answers[row]);
        }
        return halves;
    }

    /// <summary>Summed log-loss.</summary>
    private static double Loss((float[] Logits, bool[] Answers) rows, Calibration calibration) =>
        rows.Logits.Length * ProbabilityMetrics.LogLoss(
            Array.ConvertAll(rows.Logits, logit => calibration.Probability(logit)), rows.Answers);
}
