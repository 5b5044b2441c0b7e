using Worker.Core.Answers;

namespace Worker.Review.Tests.Page;

/// <summary>What label events come to after all of them.</summary>
internal static class LabelEvents
{
    /// <summary>
    /// The answers that count, by message: those that are not withdrawn. Fails where a message has two.
    /// </summary>
    public static Dictionary<string, LabelEvent> Counting(this RunningReview review)
    {
        var sent = review.Sent();
        Assert.Equal(sent.Count, sent.Select(one => one.Id).Distinct().Count());
        var withdrawn = sent.Select(one => one.Withdraws).OfType<string>().ToHashSet();
        return sent.Where(one => one.Withdraws is null && !withdrawn.Contains(one.Id))
            .ToDictionary(one => one.Text!, StringComparer.Ordinal);
    }

    /// <summary>An answer in words: "angry=0 refund=1 spam=?".</summary>
    public static string Said(this LabelEvent one) => string.Join(' ', one.Answers
        .OrderBy(answer => answer.Label, StringComparer.Ordinal)
        .Select(answer => $"{answer.Label}={(answer.Value is { } value ? $"{value}" : "?")}"));
}
