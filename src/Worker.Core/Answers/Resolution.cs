namespace Worker.Core.Answers;

/// <summary>What counts where people disagree.</summary>
public enum Agreement
{
    /// <summary>What most people say; nothing where as many say yes as no.</summary>
    Majority,

    /// <summary>What was said last, by whomever.</summary>
    Latest,
}

/// <summary>One event's answer to one text and label.</summary>
/// <param name="Event">Its id.</param>
/// <param name="Person">Who gave it; empty when nobody was named.</param>
/// <param name="At">When.</param>
/// <param name="Value">1 for yes, 0 for no, between them a weak score, null for "I cannot tell".</param>
/// <param name="IsBlind">Whether no score was seen.</param>
/// <param name="Propensity">Of a random audit; null for other answers.</param>
public readonly record struct GivenAnswer(
    string Event, string Person, DateTimeOffset At, double? Value, bool IsBlind, double? Propensity);

/// <summary>What counts for one text and label, after all that was said.</summary>
/// <param name="Value">1 for yes, 0 for no, between them a weak score; null where nothing counts.</param>
/// <param name="People">How many people's answers stand, "I cannot tell" aside.</param>
/// <param name="IsDisputed">Whether some said yes and some no.</param>
/// <param name="IsBlind">Whether a standing answer was given without seeing a score.</param>
/// <param name="Propensity">Of the random audit that the text was drawn for; null when it was not.</param>
/// <param name="At">When the last standing answer was given.</param>
public readonly record struct Resolution(
    double? Value, int People, bool IsDisputed, bool IsBlind, double? Propensity, DateTimeOffset At)
{
    /// <summary>
    /// Joins answers. The result is the same in whatever order they arrive. Of one person's answers the latest stands,
    /// at equal times the one with the greater id. A yes or no counts before any weak score; of weak scores alone the
    /// mean counts.
    /// </summary>
    /// <param name="answers">Of one text and label, those that were withdrawn aside.</param>
    /// <param name="agreement">What counts where people disagree.</param>
    public static Resolution Of(IReadOnlyList<GivenAnswer> answers, Agreement agreement)
    {
        var standing = new Dictionary<string, GivenAnswer>(StringComparer.Ordinal);
        foreach (var answer in answers)
        {
            if (!standing.TryGetValue(answer.Person, out var other) || IsLater(answer, other))
                standing[answer.Person] = answer;
        }
        GivenAnswer[] given = [.. standing.Values.Where(answer => answer.Value is not null)];
        if (given.Length == 0)
            return default;
        GivenAnswer[] definite = [.. given.Where(answer => answer.Value is 0 or 1)];
        var yes = definite.Count(answer => answer.Value == 1);
        return new Resolution(
            definite.Length == 0 ? given.Average(answer => answer.Value!.Value) : Decided(definite, yes, agreement),
            given.Length,
            yes > 0 && yes < definite.Length,
            given.Any(answer => answer.IsBlind),
            given.Max(answer => answer.Propensity),
            given.Max(answer => answer.At));
    }

    private static double? Decided(GivenAnswer[] definite, int yes, Agreement agreement) => agreement switch
    {
        Agreement.Latest => definite.Aggregate((one, other) => IsLater(one, other) ? one : other).Value,
        _ when 2 * yes == definite.Length => null,
        _ => 2 * yes > definite.Length ? 1 : 0,
    };

    private static bool IsLater(in GivenAnswer one, in GivenAnswer other) =>
        one.At != other.At ? one.At > other.At : string.CompareOrdinal(one.Event, other.Event) > 0;
}
