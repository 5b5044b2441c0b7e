namespace Worker.Terminal;

/// <summary>Finds what a person may have meant by a name that is not there.</summary>
internal static class NearestNames
{
    private const int MaximumNamed = 3;

    /// <summary>"did you mean 'spam'?", or nothing if no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> names) => Of(name, names) switch
    {
        [] => "",
        var near => $"did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?",
    };

    /// <summary>The nearest names, at most three: few letters apart, or one is a part of the other.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> names)
    {
        var maximum = Math.Max(1, name.Length / 3);
        return
        [
            .. names.Select(candidate => (Name: candidate, Distance: EditDistance.Between(name, candidate)))
                .Where(candidate => candidate.Distance <= maximum || Contains(name, candidate.Name))
                .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
                .Take(MaximumNamed).Select(candidate => candidate.Name),
        ];
    }

    private static bool Contains(string name, string candidate) =>
        Math.Min(name.Length, candidate.Length) >= 3
        && (candidate.Contains(name, StringComparison.OrdinalIgnoreCase)
            || name.Contains(candidate, StringComparison.OrdinalIgnoreCase));
}
