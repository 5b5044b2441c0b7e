namespace Worker.Terminal;

/// <summary>The word that a person probably meant.</summary>
internal static class Nearest
{
    /// <summary>The known word closest to an unknown one; null if none is close. Case does not count.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    public static string? To(string word, IEnumerable<string> known)
    {
        var (best, minimum) = ((string?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var distance = EditDistance.Between(word, candidate);
            // A prefix is near too: 'Exactly' for 'ExactlyOnce'.
            if (word.Length >= 3 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                distance = 1;
            if (distance < minimum && distance <= Math.Max(1, Math.Min(word.Length, candidate.Length) / 3))
                (best, minimum) = (candidate, distance);
        }
        return best;
    }

    /// <summary>"; did you mean X?", or nothing.</summary>
    public static string Question(string word, IEnumerable<string> known) =>
        To(word, known) is { } meant ? $"; did you mean {meant}?" : "";
}
