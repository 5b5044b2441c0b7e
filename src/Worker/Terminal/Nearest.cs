namespace Worker.Terminal;

/// <summary>The word that a person probably meant.</summary>
internal static class Nearest
{
    /// <summary>The known word closest to one that is not known; null where none is close. Case does not count.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    public static string? To(string word, IEnumerable<string> known)
    {
        var (best, least) = ((string?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            // A beginning is near too: 'Exactly' for 'ExactlyOnce'.
            if (word.Length >= 3 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                distance = 1;
            if (distance < least && distance <= Math.Max(1, Math.Min(word.Length, candidate.Length) / 3))
                (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>"; did you mean X?", or nothing.</summary>
    public static string Question(string word, IEnumerable<string> known) =>
        To(word, known) is { } meant ? $"; did you mean {meant}?" : "";

    /// <summary>
    /// Letters to insert, delete, replace or swap with a neighbour (optimal string alignment: Damerau 1964, each letter
    /// edited once).
    /// </summary>
    private static int Distance(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }
                var replaced = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        return cost[from.Length, to.Length];
    }
}
