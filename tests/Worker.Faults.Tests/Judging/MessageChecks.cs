namespace Worker.Faults.Tests.Judging;

/// <summary>Checks for each input message whether it came out once, where it belongs.</summary>
internal static class MessageChecks
{
    /// <summary>Returns how many messages came out more than once, as at-least-once allows.</summary>
    public static int Run(Evidence evidence, List<Appearance> appearances, List<Violation> violations)
    {
        var byId = appearances.ToLookup(appearance => appearance.Id);
        var allowed = 0;
        foreach (var source in evidence.Sources)
        {
            var message = evidence.Sent[source.Id];
            var at = $"{message} at messages[{source.Partition}]@{source.Offset}";
            var seen = byId[source.Id].Where(appearance =>
                (appearance.SourcePartition, appearance.SourceOffset) == (source.Partition, source.Offset)).ToList();
            var results = seen.FindAll(appearance => appearance.Outlet == Outlet.Results);
            var letters = seen.FindAll(appearance => appearance.Outlet == Outlet.DeadLetters);
            var reviews = seen.FindAll(appearance => appearance.Outlet == Outlet.Review);
            if (results.Count + letters.Count == 0)
                violations.Add(new(Breach.Missing, at));
            if (message.Poison == Poison.None && letters.Count > 0)
                violations.Add(new(Breach.WronglyDeadLettered, $"{at}: {letters[0]}, {letters[0].Failure}"));
            if (message.Poison != Poison.None && results.Count > 0)
                violations.Add(new(Breach.PoisonScored, $"{at} is {message.Poison}: {results[0]}"));
            foreach (var letter in letters)
                CheckLetter(message, letter, at, violations);
            var doubled = false;
            foreach (var outlet in (List<Appearance>[])[results, letters, reviews])
                doubled |= CheckOnce(evidence, outlet, at, violations);
            allowed += doubled ? 1 : 0;
            CheckReview(results, reviews, at, violations);
        }
        return allowed;
    }

    /// <summary>True if it came out more than once and may.</summary>
    private static bool CheckOnce(Evidence evidence, List<Appearance> outlet, string at, List<Violation> violations)
    {
        if (outlet.Count < 2)
            return false;
        if (evidence.DoublesAllowedFromMs is { } from && outlet.Max(appearance => appearance.AtMs) >= from)
            return true;
        var places = outlet.Select(appearance =>
            $"{appearance.Outlet}[{appearance.Partition}]@{appearance.Offset} ({appearance.AtMs / 1000.0:F1} s)");
        violations.Add(new(Breach.Doubled, $"{at}: {string.Join(" and ", places)}"));
        return false;
    }

    private static void CheckLetter(InputMessage message, Appearance letter, string at, List<Violation> violations)
    {
        // A value that leaves no room for the reasons is left out, and the dead letter says so.
        var expected = message.Poison == Poison.Oversize ? nameof(Poison.InvalidUtf8) : message.Poison.ToString();
        if (message.Poison != Poison.None && letter.Failure != expected)
            violations.Add(new(Breach.DeadLetterSpoiled, $"{at}: {letter} says {letter.Failure}, not {expected}"));
        else if (!letter.ValueIntact && !(message.Poison == Poison.Oversize && letter.ValueOmitted))
            violations.Add(new(Breach.DeadLetterSpoiled, $"{at}: {letter} has not the original value"));
    }

    private static void CheckReview(
        List<Appearance> results, List<Appearance> reviews, string at, List<Violation> violations)
    {
        if (results.Exists(result => result.Reviewed) != reviews.Count > 0)
            violations.Add(
                new(Breach.ReviewMismatch,
                $"{at}: {results.Count(result => result.Reviewed)} results announce a review, {reviews.Count} review " +
                "items"));
    }
}
