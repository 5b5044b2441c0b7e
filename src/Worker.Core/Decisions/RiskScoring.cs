namespace Worker.Core.Decisions;

/// <summary>Scores messages for risk.</summary>
public static class RiskScoring
{
    private const int MostLabels = 3;

    /// <summary>
    /// The risk is 1 − Π(1 − strength) over: the most uncertain label that is out of its automatic band; the widest
    /// interval; the strongest disagreement; the anomaly. So several reasons weigh more than one, and many labels no more
    /// than the worst of them.
    /// </summary>
    public static RiskScore Of(in ReviewCandidate message, ReviewOptions options)
    {
        var bands = message.Bands;
        var p = message.Probabilities;
        var reasons = default(ReviewReasons);
        var (yes, review, passes, worst) = (false, false, false, 0.0);
        for (var label = 0; label < p.Length; label++)
        {
            passes |= bands.Passes(label, p[label]);
            var decision = bands.Decide(label, p[label]);
            yes |= decision == Decision.Yes;
            if (decision != Decision.Review)
                continue;
            review = true;
            var uncertainty = bands.Uncertainty(label, p[label]);
            worst = Math.Max(worst, uncertainty);
            reasons.Insert(new(bands.IsCertified(label, p[label]) || Plain(bands, label) ? ReviewReasonKind.Uncertain : ReviewReasonKind.Uncertified, label, (float)uncertainty), MostLabels);
        }

        var safe = 1 - worst;
        if (Widest(message.Widths) is var wide && wide.Label >= 0 && wide.Strength >= options.WideFrom)
            safe *= 1 - Add(ref reasons, new(ReviewReasonKind.Wide, wide.Label, wide.Strength));
        if (Disagreement(message) is { Label: >= 0 } disagreement)
            safe *= 1 - Add(ref reasons, disagreement);
        // A comparison with NaN is false: an unknown anomaly is none.
        var anomalous = message.AnomalyP < options.AnomalyBelow;
        if (anomalous)
            safe *= 1 - options.AnomalyWeight * Add(ref reasons, new(ReviewReasonKind.Anomaly, -1, (float)(1 - message.AnomalyP / options.AnomalyBelow)));
        var all = anomalous && !passes ? MessageDecision.Other
            : yes ? MessageDecision.Yes
            : review ? MessageDecision.Review
            : MessageDecision.No;
        return new RiskScore(all, 1 - safe, reasons);
    }

    /// <summary>A head that was given its thresholds without a certificate promised none.</summary>
    private static bool Plain(DecisionBands bands, int label) => bands.Heads.Heads[label].Certificate is null;

    private static float Add(ref ReviewReasons reasons, ReviewReason reason)
    {
        reasons.Add(reason);
        return reason.Strength;
    }

    private static (int Label, float Strength) Widest(ReadOnlySpan<float> widths)
    {
        var (label, widest) = (-1, 0f);
        for (var i = 0; i < widths.Length; i++)
            if (widths[i] > widest)
                (label, widest) = (i, widths[i]);
        return (label, Math.Min(widest, 1));
    }

    /// <summary>The label on which champion and challenger say different things, furthest apart.</summary>
    private static ReviewReason Disagreement(in ReviewCandidate message)
    {
        var (label, furthest) = (-1, 0f);
        for (var i = 0; i < message.Challengers.Length; i++)
        {
            var (champion, challenger) = (message.Probabilities[i], message.Challengers[i]);
            if (!float.IsNaN(challenger) && message.Bands.Passes(i, champion) != message.Bands.Passes(i, challenger) && Math.Abs(champion - challenger) > furthest)
                (label, furthest) = (i, Math.Abs(champion - challenger));
        }
        return new ReviewReason(ReviewReasonKind.Disagreement, label, furthest);
    }
}
