using Worker.Core.Heads;
using Worker.Learning.Certifying;

namespace Worker.Learning.Thresholding;

/// <summary>Thresholds of a head, and the evidence for them.</summary>
/// <param name="Thresholds">The band, and the threshold between yes and no.</param>
/// <param name="Certificate">With the certified rule only.</param>
/// <param name="Remark">What could not be reached, or null.</param>
internal sealed record ThresholdChoice(Thresholds Thresholds, Certificate? Certificate, string? Remark)
{
    /// <summary>What a certificate for its yes lacks; null if there is one, or none is asked for.</summary>
    public MissingEvidence? YesNeeds { get; init; }

    /// <summary>The same for its no.</summary>
    public MissingEvidence? NoNeeds { get; init; }

    /// <summary>
    /// Chooses by the given rule, and tests on the same rows; use it if those rows had no part in the probabilities.
    /// </summary>
    /// <param name="probabilities">Calibrated, of rows that the head was not fitted on; at least one.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="options">Without problems.</param>
    public static ThresholdChoice Make(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, ThresholdOptions options)
    {
        var decides = new double[answers.Length];
        Array.Fill(decides, Decide(probabilities, answers, options));
        return Make(probabilities, answers, options,
            new TestedRows(probabilities.ToArray(), decides, answers.ToArray()));
    }

    /// <summary>Chooses on all rows, and certifies with the values that each row got from the others.</summary>
    /// <param name="probabilities">By the head's own calibration.</param>
    /// <param name="tested">The same rows by calibrations and thresholds that have not seen them.</param>
    internal static ThresholdChoice Make(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers,
        ThresholdOptions options, TestedRows tested)
    {
        var decide = Decide(probabilities, answers, options);
        if (options.Rule != ThresholdRule.Certified)
            return new ThresholdChoice(ReviewBand.Around(probabilities, decide, options.ReviewShare), null,
                Unmet(probabilities, answers, decide, options));
        var band = CertifiedBand.Learn(tested, probabilities, decide, options, CertificateOrigin.Training);
        return new ThresholdChoice(band.Thresholds, band.Certificate, null)
        {
            YesNeeds = band.YesNeeds,
            NoNeeds = band.NoNeeds
        };
    }

    /// <summary>The threshold between yes and no, by the given rule.</summary>
    internal static double Decide(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers,
        ThresholdOptions options)
    {
        var beta = options.Beta;
        return options.Rule switch
        {
            ThresholdRule.Fixed => options.Fixed,
            ThresholdRule.Cost => DecisionThreshold.Best(probabilities, answers, c =>
                -options.CostOfFalseYes * (c.Predicted - c.TruePositives)
                - options.CostOfFalseNo * (c.Positives - c.TruePositives)),
            // Below the floor, closer is better; above it, the rule's goal counts.
            ThresholdRule.PrecisionFloor => DecisionThreshold.Best(probabilities, answers, c =>
                c.Predicted > 0 && c.Precision >= options.Floor ? 1 + c.Recall : c.Predicted > 0
                    ? c.Precision - 1 : -2),
            ThresholdRule.RecallFloor => DecisionThreshold.Best(probabilities, answers, c =>
                c.Predicted > 0 && c.Recall >= options.Floor ? 1 + c.Precision : c.Recall - 1),
            _ when beta == 1 => DecisionThreshold.Choose(probabilities, answers),
            // The best threshold on few positives is mostly chance.
            _ when answers.Count(true) < DecisionThreshold.MinimumPositives => 0.5,
            _ => DecisionThreshold.Best(probabilities, answers, c => c.FBeta(beta)),
        };
    }

    private static string? Unmet(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double decide, ThresholdOptions options)
    {
        if (options.Rule is not ThresholdRule.PrecisionFloor)
            return null;
        var counts = ThresholdCounts.At(probabilities, answers, decide);
        var precision = counts.Predicted == 0 ? 0 : counts.Precision;
        return precision >= options.Floor
            ? null
            : $"no threshold reaches a precision of {options.Floor}: the best on held-out rows is {precision:F2};" +
                " add examples";
    }
}
