using System.Globalization;
using Worker.Core.Heads;
using Worker.Learning.Certifying;

namespace Worker.Learning.Promoting;

/// <summary>
/// Decides whether a challenger takes the champion's place, on answered texts that neither was fitted on. It must be
/// better by log-loss beyond chance, and worse in nothing that people would notice: right decisions that turn wrong,
/// calibration, decisions on the whole. A label's first head must be better than knowing how frequent the label is.
/// <para>
/// The bounds are of one verdict. A challenger that is judged anew with every answer has more chances: judge when
/// answers enough have come to refit, not at each.
/// </para>
/// </summary>
internal static class PromotionGate
{
    /// <summary>Judges one label's challenger.</summary>
    /// <param name="rows">What both say; in any order.</param>
    /// <param name="options">Without problems.</param>
    /// <param name="certificate">The challenger's, for what it would decide by itself; null for none.</param>
    /// <exception cref="ArgumentException">Options out of range.</exception>
    public static Verdict Judge(ComparedRows rows, PromotionOptions options, Certificate? certificate = null)
    {
        if (options.Problems() is { Count: > 0 } wrong)
            throw new ArgumentException("promotion options: " + string.Join("; ", wrong), nameof(options));
        var texts = PairedText.Of(rows, options.Clip);
        var answers = Answers(texts, options);
        if (!answers.Passed)
            return Result(PromotionOutcome.Kept, [answers], certificate);

        var bounds = GainBounds.Of(texts, options);
        var first = rows.Champion is null;
        List<PromotionBar> bars = [answers, LogLoss(texts, bounds, first, options)];
        if (!first)
            bars.AddRange([TurnedWrong(texts, options), Calibration(texts, options), Decisions(texts, options)]);
        if (bars.TrueForAll(bar => bar.Passed))
            return Result(PromotionOutcome.Promoted, bars, certificate);
        // What only turns too many decisions, or is calibrated worse, may do better after the next answers.
        var isWorse = bounds.Upper < 0
            || (bounds.Mean <= 0 && bars.Exists(bar => bar is { Name: BarNames.Decisions, Passed: false }));
        return Result(isWorse ? PromotionOutcome.Dropped : PromotionOutcome.Kept, bars, certificate);
    }

    private static PromotionBar Answers(PairedText[] texts, PromotionOptions options)
    {
        var (yes, no) = (PairedText.Effective(texts, yes: true), PairedText.Effective(texts, yes: false));
        var passed = Math.Min(yes, no) >= options.MinimumAnswers;
        return new PromotionBar(BarNames.Answers, Math.Min(yes, no), options.MinimumAnswers, passed,
            Invariant($"{yes:0} texts answered yes and {no:0} answered no") + (passed ? ""
                : Invariant($": a verdict takes {options.MinimumAnswers} of each")));
    }

    internal static PromotionBar LogLoss(PairedText[] texts, GainBounds bounds, bool first, PromotionOptions options)
    {
        var passed = bounds.Mean > 0 && bounds.Lower >= 0;
        var (before, after) = (PairedText.Mean(texts, t => t.ChampionLoss), PairedText.Mean(texts, t =>
            t.ChallengerLoss));
        var sure = Invariant($"{100 * (1 - options.Level):0.#}%");
        var bound = bounds.Upper < 0 ? $"{sure} at most {Figure(bounds.Upper)}"
            : $"{sure} at least {Figure(bounds.Lower)}";
        return new PromotionBar(BarNames.LogLoss, bounds.Lower, 0, passed,
            $"log-loss {Figure(before)} -> {Figure(after)}{(first ? " against the label's frequency alone" : "")}, " +
            $"gain {Figure(bounds.Mean)} ({bound})" + (passed ? ""
                : bounds.Upper < 0 ? ": shown to be worse" : ": not shown to be better"));
    }

    private static PromotionBar TurnedWrong(PairedText[] texts, PromotionOptions options)
    {
        var right = PairedText.Mean(texts, text => text.ChampionRight);
        var share = right == 0 ? 0 : PairedText.Mean(texts, text => text.TurnedWrong) / right;
        var passed = share <= options.TurnedWrong;
        return new PromotionBar(BarNames.TurnedWrong, share, options.TurnedWrong, passed,
            $"{Percent(share)} of the champion's right decisions turn wrong, {Percent(options.TurnedWrong)} may");
    }

    private static PromotionBar Calibration(PairedText[] texts, PromotionOptions options)
    {
        var before = WeightedCalibration.Error(texts, text => text.Champion);
        var after = WeightedCalibration.Error(texts, text => text.Challenger);
        return new PromotionBar(BarNames.Calibration, after - before, options.WorseCalibration,
            after - before <= options.WorseCalibration,
            $"calibration error {Figure(before)} -> {Figure(after)}, it may rise by " +
                Figure(options.WorseCalibration));
    }

    /// <summary>
    /// McNemar's test (1947) on the texts that only one of both decides rightly: exact (binomial), so that it holds for
    /// few of them too, one-sided, and each text counts once whatever its weight. It is there for rare labels: a head
    /// that loses half of a label's yes turns far less than 2% of all right decisions. It may only stop a challenger.
    /// Of fewer than 5 such texts no split is unlikelier than 5% (five out of five: 3%), so it stops none. That is
    /// right: if decisions hardly differ, this is no reason against a challenger, and the log-loss judges it on every
    /// text. From 25 texts on the usual chi-square would do; the exact test does as well.
    /// </summary>
    internal static PromotionBar Decisions(PairedText[] texts, PromotionOptions options)
    {
        // Copies that were decided differently make fractions: in doubt against the challenger.
        var worse = (int)Math.Ceiling(texts.Sum(text => text.TurnedWrong) - 1e-9);
        var better = (int)Math.Floor(texts.Sum(text => text.TurnedRight) + 1e-9);
        // P(at least so many worse) = P(at most so many better): either is a coin's toss.
        var p = RiskTest.Binomial(better, better + worse, 0.5);
        var passed = p > options.Level;
        return new PromotionBar(BarNames.Decisions, p, options.Level, passed,
            Invariant($"{better} decisions turn right and {worse} wrong; as many wrong by chance alone: {Percent(p)}") +
            (passed ? "" : ", so it is shown to decide worse"));
    }

    internal static Verdict Result(
        PromotionOutcome outcome, IReadOnlyList<PromotionBar> bars, Certificate? certificate)
    {
        var failed = string.Join("; ", bars.Where(bar => !bar.Passed).Select(bar => bar.Sentence));
        return new Verdict(outcome, bars, outcome switch
        {
            PromotionOutcome.Promoted => $"promoted: {bars.First(bar => bar.Name == BarNames.LogLoss).Sentence}",
            PromotionOutcome.Dropped => $"dropped: {failed}",
            _ => $"kept as challenger: {failed}",
        }, Alone(certificate));
    }

    /// <summary>What the certified sides decide, of the texts that they were tested on.</summary>
    private static string? Alone(Certificate? certificate)
    {
        if (certificate is null)
            return null;
        var (yes, no) = (certificate.Yes?.Share ?? 0, certificate.No?.Share ?? 0);
        return yes + no == 0
            ? $"would decide nothing by itself at an error of at most {Percent(certificate.Error)}: no side is " +
                "certified"
            : $"would decide {Percent(yes + no)} by itself ({Percent(yes)} yes, {Percent(no)} no) at an error of at " +
                $"most {Percent(certificate.Error)}";
    }

    /// <summary>Three digits that count, without the zero before the point: .213, -.0042.</summary>
    private static string Figure(double value)
    {
        var digits = value == 0 ? 3 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 3, 5);
        return value.ToString("." + new string('0', digits), CultureInfo.InvariantCulture);
    }

    internal static string Percent(double share) => Invariant($"{100 * share:0.#}%");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
