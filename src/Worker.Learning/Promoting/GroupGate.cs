namespace Worker.Learning.Promoting;

/// <summary>
/// Decides whether challengers take the place of an exclusive group's heads: all of them, or none. The labels of a
/// group decide against each other, so a new head among old ones can be worse for the group though it is better by
/// itself. And one label's answers are too few to show what a round of answers brings, where the group's are many.
/// </summary>
internal static class GroupGate
{
    /// <summary>Judges the challengers of a group.</summary>
    /// <param name="rows">One for each text: the probability of the label that holds, as its share of the group's
    /// probabilities; as decision, whether that label is the most probable one. All answers are true.</param>
    /// <param name="labels">How many labels the group has.</param>
    /// <param name="options">Without problems.</param>
    /// <exception cref="ArgumentException">Options out of range.</exception>
    public static Verdict Judge(ComparedRows rows, int labels, PromotionOptions options)
    {
        if (options.Problems() is { Count: > 0 } wrong)
            throw new ArgumentException("promotion options: " + string.Join("; ", wrong), nameof(options));
        var texts = PairedText.Of(rows, options.Clip);
        var answers = Answers(texts, options);
        if (!answers.Passed)
            return PromotionGate.Result(PromotionOutcome.Kept, [answers], null);
        var bounds = GainBounds.Of(texts, options);
        List<PromotionBar> bars =
        [
            answers, PromotionGate.LogLoss(texts, bounds, first: false, options), TurnedWrong(texts, labels, options),
            PromotionGate.Decisions(texts, options),
        ];
        var outcome = bars.TrueForAll(bar => bar.Passed) ? PromotionOutcome.Promoted
            : bounds.Upper < 0 ? PromotionOutcome.Dropped
            : PromotionOutcome.Kept;
        return PromotionGate.Result(outcome, bars, null);
    }

    private static PromotionBar Answers(PairedText[] texts, PromotionOptions options)
    {
        var (effective, needed) = (PairedText.Effective(texts, yes: true), 2 * options.MinimumAnswers);
        return new PromotionBar(
            BarNames.Answers, effective, needed, effective >= needed,
            FormattableString.Invariant($"{effective:0} answered texts of the group, {needed} are needed"));
    }

    /// <summary>Of label decisions, as for a single label: a text with the wrong label has two wrong ones.</summary>
    private static PromotionBar TurnedWrong(PairedText[] texts, int labels, PromotionOptions options)
    {
        var right = labels - 2 + 2 * PairedText.Mean(texts, text => text.ChampionRight);
        var share = 2 * PairedText.Mean(texts, text => text.TurnedWrong) / right;
        return new PromotionBar(
            BarNames.TurnedWrong,
            share, options.TurnedWrong, share <= options.TurnedWrong,
            $"{PromotionGate.Percent(share)} of the right decisions of the group's heads turn wrong, " +
                $"{PromotionGate.Percent(options.TurnedWrong)} may");
    }
}
