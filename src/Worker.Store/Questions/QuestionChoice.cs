using Worker.Core.Questions;

namespace Worker.Store.Questions;

/// <summary>Which labels of a review item people are asked about.</summary>
internal static class QuestionChoice
{
    /// <summary>Labels that are asked about at most: one for each digit.</summary>
    public const int MaximumAsked = 9;

    /// <summary>Labels that are kept at most; a record may name 500.</summary>
    public const int MaximumKept = 20;

    private const int AskedWithoutReason = 5;

    /// <summary>
    /// Asked are the labels that the reasons name. Where no reason names one (a random audit, an unknown kind of text)
    /// those that the text probably has, and the most probable of the others. The most probable ones come first.
    /// </summary>
    public static QuestionContent Of(ReviewItem item)
    {
        var ordered = item.Labels.OrderByDescending(label => label.P)
            .ThenBy(label => label.Label, StringComparer.Ordinal).ToList();
        var named = item.Reasons.Select(reason => reason.Label).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var asked = ordered.Where(label => named.Contains(label.Label) || (item.Propensity is not null && IsYes(label)))
            .Take(MaximumAsked).ToList();
        if (asked.Count == 0 || item.Propensity is not null)
            asked = [.. asked.Concat(ordered.Take(AskedWithoutReason)).DistinctBy(label => label.Label)
                .Take(MaximumAsked).OrderByDescending(label => label.P)];
        var chosen = asked.Select(label => label.Label).ToHashSet(StringComparer.Ordinal);
        return new QuestionContent(
            item.At, item.IsCut, item.Risk, item.AnomalyP, item.Reasons,
            [.. asked.Concat(ordered.Where(label => !chosen.Contains(label.Label))).Take(MaximumKept).Select(label =>
                new QuestionLabel(label.Label, label.P, label.Decision, label.Confidence, label.Version,
                    chosen.Contains(label.Label)))]);
    }

    private static bool IsYes(ItemLabel label) => label.Decision == "yes";
}
