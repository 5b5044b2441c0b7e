namespace Worker.Core.Answers;

/// <summary>Names of modes in label events and in the store. They are part of the contracts.</summary>
public static class AnswerModeNames
{
    // In the order of the enum.
    private static readonly string[] Names = ["single", "bulk", "audit"];

    public static string Of(AnswerMode mode) => Names[(int)mode];

    /// <returns>Null when no mode has that name.</returns>
    public static AnswerMode? Find(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var index ? (AnswerMode)index : null;
}
