namespace Worker.Core.Decisions;

/// <summary>How urgently a person should see a message, and why.</summary>
/// <param name="Decision">The decision on the message.</param>
/// <param name="Risk">0 without a reason, up to 1.</param>
/// <param name="Reasons">The labels' first.</param>
public readonly record struct RiskScore(MessageDecision Decision, double Risk, ReviewReasons Reasons);
