using Worker.Core.Heads;
using Worker.Learning.Calibrating;

namespace Worker.Learning.Certifying;

/// <summary>Thresholds of a head, and what was shown of them.</summary>
/// <param name="Thresholds">The band, and where yes and no part.</param>
/// <param name="Certificate">With the certified rule only.</param>
/// <param name="Remark">What could not be had, or null.</param>
public sealed record ThresholdChoice(Thresholds Thresholds, Certificate? Certificate, string? Remark)
{
    /// <summary>Chooses by the rule asked for.</summary>
    /// <param name="probabilities">Calibrated, of rows that the head was not fitted on; at least one.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="options">Without problems.</param>
    public static ThresholdChoice Make(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, ThresholdOptions options)
    {
        var decide = Decide(probabilities, answers, options);
        if (options.Rule == ThresholdRule.Certified)
        {
            var today = new DateTimeOffset(options.Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            var (band, certificate) = CertifiedBand.Learn(probabilities, answers, decide, options.Error, options.Delta, today, options.Validity);
            return new ThresholdChoice(band, certificate, null);
        }
        return new ThresholdChoice(ReviewBand.Around(probabilities, decide, options.ReviewShare), null, Unmet(probabilities, answers, decide, options));
    }

    private static double Decide(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, ThresholdOptions options)
    {
        var beta = options.Beta;
        return options.Rule switch
        {
            ThresholdRule.Fixed => options.Fixed,
            ThresholdRule.Cost => PlainThreshold.Best(probabilities, answers, c =>
                -options.CostOfFalseYes * (c.Said - c.Hits) - options.CostOfFalseNo * (c.Positives - c.Hits)),
            // Below the floor, the nearer to it the better; above it, what the rule is after.
            ThresholdRule.PrecisionFloor => PlainThreshold.Best(probabilities, answers, c =>
                c.Said > 0 && c.Precision >= options.Floor ? 1 + c.Recall : c.Said > 0 ? c.Precision - 1 : -2),
            ThresholdRule.RecallFloor => PlainThreshold.Best(probabilities, answers, c =>
                c.Said > 0 && c.Recall >= options.Floor ? 1 + c.Precision : c.Recall - 1),
            _ when beta == 1 => DecisionThreshold.Choose(probabilities, answers),
            // The best threshold on few positives is mostly chance.
            _ when answers.Count(true) < DecisionThreshold.MinimumPositives => 0.5,
            _ => PlainThreshold.Best(probabilities, answers, c => c.FBeta(beta)),
        };
    }

    private static string? Unmet(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double decide, ThresholdOptions options)
    {
        if (options.Rule is not ThresholdRule.PrecisionFloor)
            return null;
        var (said, hits) = (0, 0);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] < decide)
                continue;
            said++;
            hits += answers[i] ? 1 : 0;
        }
        var precision = said == 0 ? 0 : (double)hits / said;
        return precision >= options.Floor ? null : $"no threshold reaches a precision of {options.Floor}: the best on held-out rows is {precision:F2}; add examples";
    }
}
