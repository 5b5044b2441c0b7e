namespace Worker.Core.Decisions;

/// <summary>
/// Names of decisions outside the code: in results, metrics and tables. They are part of the contracts.
/// </summary>
public static class DecisionNames
{
    // Each in the order of its enum.
    private static readonly string[] Decisions = ["no", "review", "yes"];
    private static readonly string[] Confidences = ["uncertain", "likely", "certified"];
    private static readonly string[] MessageDecisions = ["no", "review", "yes", "other"];
    private static readonly string[] ReviewStates = ["none", "asked", "shared", "deferred"];

    public static string Of(Decision decision) => Decisions[(int)decision];

    public static string Of(Confidence confidence) => Confidences[(int)confidence];

    public static string Of(MessageDecision decision) => MessageDecisions[(int)decision];

    public static string Of(ReviewState state) => ReviewStates[(int)state];
}
