using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Calibrating;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Fitting;

/// <summary>
/// Probabilities and thresholds of a label's held-out rows, where each part's penalty, calibration and decision
/// threshold come from the other parts. Figures and tests of certificates use these. (The fits behind the other parts'
/// logits have seen the part's rows, as in every cross-fitting; the fits behind the part's own logits have not.)
/// </summary>
/// <param name="Probabilities">Calibrated by the other parts.</param>
/// <param name="Decides">The threshold that the other parts chose.</param>
internal sealed record CrossCalibrated(double[] Probabilities, double[] Decides)
{
    /// <param name="logits">Given a part: all rows' logits under the penalty that the other parts chose.</param>
    /// <param name="near">The calibration of all rows: that of most of them is near it.</param>
    /// <param name="prior">A head whose calibration and threshold stay, fitted to none of the rows; null for
    /// none.</param>
    public static CrossCalibrated Of(HeldOutRows rows, Func<int, float[]> logits, CalibrationMethod method,
        ThresholdOptions thresholds, Calibration? near = null, Head? prior = null)
    {
        var count = rows.Rows.Length;
        var made = new CrossCalibrated(new double[count], new double[count]);
        for (var part = 0; part < rows.Parts; part++)
        {
            var all = logits(part);
            // A single part has no others, so it has to judge itself.
            var others = rows.Parts > 1;
            var judging = others ? rows.Count(part, others) : count;
            using var z = new Rented<float>(judging);
            using var y = new Rented<bool>(judging);
            using var weights = new Rented<double>(rows.Weights is null ? 0 : judging);
            rows.CopyTo(all, part, others, z.Span);
            rows.CopyTo(rows.Answers, part, others, y.Span);
            if (rows.Weights is not null)
                rows.CopyTo(rows.Weights, part, others, weights.Span);
            var calibration = prior?.Calibration ?? Calibrator.Fit(method, z.Span, y.Span, near, weights.Span);
            using var probabilities = new Rented<double>(judging);
            for (var i = 0; i < judging; i++)
                probabilities.Span[i] = calibration.Probability(z.Span[i]);
            var decide = prior?.Thresholds.Decide ?? ThresholdChoice.Decide(probabilities.Span, y.Span, thresholds);
            for (var i = 0; i < count; i++)
            {
                if (rows.Part[i] != part)
                    continue;
                made.Probabilities[i] = calibration.Probability(all[i]);
                made.Decides[i] = decide;
            }
        }
        return made;
    }

    /// <summary>True where a row is a yes by its threshold.</summary>
    public bool[] Decisions()
    {
        var decisions = new bool[Decides.Length];
        for (var i = 0; i < decisions.Length; i++)
            decisions[i] = Probabilities[i] >= Decides[i];
        return decisions;
    }

    /// <summary>F1 of yes from each row's threshold up; 0 if there is neither a positive nor a predicted yes.</summary>
    public double F1(bool[] answers) => ThresholdCounts.At(Probabilities, answers, Decides).F1;
}
