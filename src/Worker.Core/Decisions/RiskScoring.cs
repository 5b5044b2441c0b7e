namespace Worker.Core.Decisions;

/// <summary>Scores messages for risk.</summary>
public static class RiskScoring
{
    private const int MaximumLabels = 3;

    /// <summary>A text that this share of the stream is ranked above is as urgent as a decision half way.</summary>
    private const double HalfRank = 0.01;

    /// <summary>Texts that a larger share of the stream is ranked above are no likelier than others.</summary>
    private const double LastRank = 0.2;

    /// <summary>
    /// The risk is 1 − Π(1 − strength) over: the label whose decision is the most uncertain or withheld, or whose
    /// description ranks the text highest; the strongest disagreement; the anomaly. So several reasons count more than
    /// one, but many labels count no more than the worst of them.
    /// </summary>
    /// <param name="ranks">For each of the bands' described labels, the share of the stream that its head ranks above
    /// the message; [described labels]. Empty where that is not known.</param>
    public static RiskScore Of(in ReviewCandidate message, ReviewOptions options, ReadOnlySpan<double> ranks = default)
    {
        var reasons = default(ReviewReasons);
        var worst = 0.0;
        // Most messages have no such label; then no label is examined.
        for (var label = 0; label < message.Labels.Length
            && message.Outcome.Uncertain + message.Outcome.Withheld > 0; label++)
        {
            var decision = message.Labels[label];
            if ((decision.Confidence != Confidence.Uncertain && decision.Decision != Decision.Review)
                || message.Bands.OnlyRanks(label))
                continue;
            var uncertainty = message.Bands.Uncertainty(label, message.Probabilities);
            worst = Math.Max(worst, uncertainty);
            var kind = decision.Confidence == Confidence.Uncertain
                ? ReviewReasonKind.Uncertain
                : ReviewReasonKind.Uncertified;
            reasons.Insert(new(kind, label, (float)uncertainty), MaximumLabels);
        }
        // The p of such a head is no probability. The rank is the same for all of them: each gets its share.
        for (var i = 0; i < ranks.Length; i++)
            if (ranks[i] <= LastRank)
            {
                var strength = HalfRank / (HalfRank + ranks[i]);
                worst = Math.Max(worst, strength);
                reasons.Insert(
                    new(ReviewReasonKind.Described, message.Bands.Described[i], (float)strength), MaximumLabels);
            }

        var safe = 1 - worst;
        if (Disagreement(message) is { Label: >= 0 } disagreement)
            safe *= 1 - Add(ref reasons, disagreement);
        // A comparison with NaN is false, so an unknown anomaly does not count.
        var anomalous = message.AnomalyP < options.AnomalyBelow;
        if (anomalous)
            safe *= 1 - options.AnomalyWeight * Add(
                ref reasons, new(ReviewReasonKind.Anomaly, -1, (float)(1 - message.AnomalyP / options.AnomalyBelow)));
        var all = anomalous && !message.Outcome.Passes ? MessageDecision.Other : message.Outcome.Decision;
        return new RiskScore(all, 1 - safe, reasons);
    }

    private static float Add(ref ReviewReasons reasons, ReviewReason reason)
    {
        reasons.Add(reason);
        return reason.Strength;
    }

    /// <summary>The label on which champion and challenger disagree most.</summary>
    private static ReviewReason Disagreement(in ReviewCandidate message)
    {
        var (label, furthest) = (-1, 0f);
        for (var i = 0; i < message.Challengers.Length; i++)
        {
            var challenger = message.Challengers[i];
            var (p, shadow) = (message.Probabilities[challenger.Label], message.ChallengerProbabilities[i]);
            if (challenger.Disagrees(shadow, message.Bands.Passes(challenger.Label, p))
                && Math.Abs(p - shadow) > furthest)
                (label, furthest) = (challenger.Label, Math.Abs(p - shadow));
        }
        return new ReviewReason(ReviewReasonKind.Disagreement, label, furthest);
    }
}
