using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Calibrating;
using Worker.Learning.Certifying;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Fitting;

/// <summary>
/// What a head learns from held-out logits after its weights: calibration, its interval, thresholds and certificate,
/// all on all rows; and what is said of each row by the choices of the other parts, which figures and tests use.
/// </summary>
internal sealed record HeldOutCalibration(
    Calibration Calibration, ProbabilityInterval? Interval, CrossCalibrated Cross, ThresholdChoice Choice)
{
    /// <param name="rows">Both answers at least once.</param>
    /// <param name="logits">Of the rows, by fits that have not seen them.</param>
    /// <param name="byOthers">Given a part: all rows' logits under what the other parts chose.</param>
    /// <param name="prior">A head whose calibration and threshold stay, fitted to none of the rows; null for
    /// none.</param>
    public static HeldOutCalibration Of(
        HeldOutRows rows, float[] logits, Func<int, float[]> byOthers, TrainingOptions options, Head? prior = null)
    {
        var truth = rows.Answers;
        var calibration = prior?.Calibration ?? Calibrator.Fit(
            options.Calibration, logits, truth, weights: rows.Weights);
        var interval = truth.AsSpan().Count(true) < Calibrator.IsotonicPositives
            ? VennAbers.Fit(logits, truth, calibration, rows.Weights) : null;
        var cross = CrossCalibrated.Of(
            rows, byOthers, options.Calibration, options.Thresholds, calibration, prior);
        using var rented = new Rented<double>(truth.Length);
        var probabilities = rented.Span;
        for (var i = 0; i < truth.Length; i++)
            probabilities[i] = calibration.Probability(logits[i]);
        var choice = ThresholdChoice.Make(
            probabilities, truth, options.Thresholds, new TestedRows(cross.Probabilities, cross.Decides, truth));
        return new HeldOutCalibration(calibration, interval, cross, prior is null
            ? choice
            : choice with { Thresholds = Deciding(choice.Thresholds, prior.Thresholds.Decide) });
    }

    /// <summary>Decides elsewhere, without a decision more that was not tested.</summary>
    private static Thresholds Deciding(Thresholds band, double decide) =>
        band with { Decide = Math.Clamp(decide, band.Low, band.High) };
}
