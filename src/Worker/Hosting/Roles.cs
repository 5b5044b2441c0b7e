using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>What a worker does; any subset.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>Messages in, results out.</summary>
    Classify = 1,

    /// <summary>Answers in, heads out.</summary>
    Learn = 2,

    /// <summary>The review page and the API: questions out to people, their answers in.</summary>
    Review = 4,
}

/// <summary>Roles by their names.</summary>
internal static class RoleNames
{
    public const string All = "classify, learn, review";

    /// <param name="text">Names, comma separated.</param>
    /// <exception cref="UserError">One is no role, or there is none.</exception>
    public static Roles Parse(string text)
    {
        var roles = Roles.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            roles |= name.ToUpperInvariant() switch
            {
                "CLASSIFY" => Roles.Classify,
                "LEARN" => Roles.Learn,
                "REVIEW" => Roles.Review,
                _ => throw new UserError($"--roles: '{name}' is no role: name some of {All}", ExitCode.Usage),
            };
        return roles == Roles.None
            ? throw new UserError($"--roles names none: name some of {All}", ExitCode.Usage)
            : roles;
    }
}
