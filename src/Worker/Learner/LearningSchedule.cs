using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>Whether a label is trained now, and if not, what it waits for.</summary>
/// <param name="IsDue">Whether it is.</param>
/// <param name="Reason">Why, or why not, for people.</param>
internal readonly record struct Due(bool IsDue, string Reason);

/// <summary>Decides which labels are trained when. Pure: it is told the time.</summary>
internal sealed class LearningSchedule(LearnSection options)
{
    /// <summary>Texts of each answer that a head takes; what training itself asks for.</summary>
    public const int MinimumOfEach = 5;

    /// <param name="label">How it stands.</param>
    /// <param name="now">The time.</param>
    /// <param name="drifting">Since when its head in use errs more than it promised; null while it does not.</param>
    /// <param name="holds">Why it is not trained whatever answers there are; null for nothing.</param>
    public Due Of(LabelState label, DateTimeOffset now, DateTimeOffset? drifting = null, string? holds = null)
    {
        if (holds is not null)
            return new Due(false, holds);
        if (label.Pending == 0 && !label.IsAsked)
            return new Due(false, label.Fitted == 0 ? "no answers yet" : "no new answers since the last training");
        if (Math.Min(label.Positives, label.Negatives) < MinimumOfEach)
            return new Due(false,
                $"{label.Positives} yes and {label.Negatives} no: a head takes {MinimumOfEach} of each");
        if (label.IsAsked)
            return new Due(true, "somebody asked for it");
        // Once: what drifts on after that is trained by the number of answers.
        if (drifting > label.FittedAt)
            return new Due(true, "its head errs more in the audit than it promised");
        if (label.Pending >= options.Answers)
            return new Due(true, $"{label.Pending} new answers");
        var waited = now - label.PendingSince!.Value;
        var wait = TimeSpan.FromMinutes(options.Minutes);
        return waited >= wait
            ? new Due(true, $"its oldest new answer is {waited.TotalMinutes:F0} minutes old")
            : new Due(false,
                $"{label.Pending} new answers of {options.Answers}, or in {(wait - waited).TotalMinutes:F0} minutes");
    }
}
