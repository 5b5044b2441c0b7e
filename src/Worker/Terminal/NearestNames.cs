namespace Worker.Terminal;

/// <summary>Finds what a person may have meant by a name that is not there.</summary>
internal static class NearestNames
{
    private const int MostNamed = 3;

    /// <summary>"did you mean 'spam'?", or nothing where no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> names) => Of(name, names) switch
    {
        [] => "",
        var near => $"did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?",
    };

    /// <summary>The nearest names, at most three: few letters apart, or one is a part of the other.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> names)
    {
        var most = Math.Max(1, name.Length / 3);
        return
        [
            .. names.Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
                .Where(candidate => candidate.Distance <= most || Contains(name, candidate.Name))
                .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
                .Take(MostNamed).Select(candidate => candidate.Name),
        ];
    }

    private static bool Contains(string name, string candidate) =>
        Math.Min(name.Length, candidate.Length) >= 3
        && (candidate.Contains(name, StringComparison.OrdinalIgnoreCase) || name.Contains(candidate, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Letters to put in, leave out, change or swap with their neighbour until one is the other, whatever their case
    /// (optimal string alignment).
    /// </summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var change = AreEqual(a[i - 1], b[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && AreEqual(a[i - 1], b[j - 2]) && AreEqual(a[i - 2], b[j - 1]))
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        return rows[a.Length, b.Length];
    }

    private static bool AreEqual(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
