namespace Worker.Learning.Promoting;

/// <summary>What becomes of a challenger.</summary>
internal enum PromotionOutcome
{
    /// <summary>It clears every bar and takes the champion's place.</summary>
    Promoted,

    /// <summary>It is not shown to be better, nor to be worse: it stays a challenger while answers come in.</summary>
    Kept,

    /// <summary>It is shown to be worse.</summary>
    Dropped,
}

/// <summary>One bar and how it was taken.</summary>
/// <param name="Name">One of <see cref="BarNames"/>.</param>
/// <param name="Measured">What was measured, in the limit's unit.</param>
/// <param name="Limit">What is the least or the most, as the sentence says.</param>
/// <param name="Passed">Whether it was cleared.</param>
/// <param name="Sentence">
/// The same in figures, e.g. <c>log-loss .213 -> .187, gain .026 (95% at least .011)</c>.
/// </param>
internal sealed record PromotionBar(string Name, double Measured, double Limit, bool Passed, string Sentence);

/// <summary>The names of bars.</summary>
internal static class BarNames
{
    /// <summary>Effective answers of the rarer kind, at least.</summary>
    public const string Answers = "answers";

    /// <summary>Lower bound of the mean gain in log-loss (nats), at least; the gain itself must be above 0.</summary>
    public const string LogLoss = "log-loss";

    /// <summary>Share of the champion's right decisions, at most.</summary>
    public const string TurnedWrong = "turned wrong";

    /// <summary>Rise of the calibration error, at most.</summary>
    public const string Calibration = "calibration";

    /// <summary>P-value of "its decisions are no worse", above.</summary>
    public const string Decisions = "decisions";
}

/// <summary>The gate's word on a challenger.</summary>
/// <param name="Bars">All that apply, in the order in which they are looked at; only the first without evidence
/// enough to measure.</param>
/// <param name="Sentence">The outcome and what decided it.</param>
/// <param name="Alone">What the challenger would decide by itself, in a sentence; null when it has no
/// certificate.</param>
internal sealed record Verdict(
    PromotionOutcome Outcome, IReadOnlyList<PromotionBar> Bars, string Sentence, string? Alone)
{
    /// <summary>Bars that were not cleared.</summary>
    public IEnumerable<PromotionBar> Failed => Bars.Where(bar => !bar.Passed);
}
