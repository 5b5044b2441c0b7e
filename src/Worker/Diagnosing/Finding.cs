namespace Worker.Diagnosing;

/// <summary>How a check came out.</summary>
internal enum FindingStatus
{
    Ok,

    /// <summary>This could not be checked by this user, or not without changing something.</summary>
    Unknown,

    /// <summary>It works, and a person should look at it.</summary>
    Warning,

    /// <summary>The worker would not run, or would lose what it promises.</summary>
    Failed,
}

/// <summary>One check of a deployment.</summary>
/// <param name="Name">A few words, the same each time.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do; null if there is nothing to do.</param>
internal sealed record Finding(string Name, FindingStatus Status, string Text, string? Advice = null)
{
    public static Finding Ok(string name, string text) => new(name, FindingStatus.Ok, text);

    public static Finding Unknown(string name, string text, string? advice = null) =>
        new(name, FindingStatus.Unknown, text, advice);

    public static Finding Warning(string name, string text, string advice) =>
        new(name, FindingStatus.Warning, text, advice);

    public static Finding Failed(string name, string text, string? advice = null) =>
        new(name, FindingStatus.Failed, text, advice);
}
