namespace Worker.Core.Decisions;

/// <summary>How much a message wants a person's eyes, and why.</summary>
/// <param name="Decision">What its labels lead to.</param>
/// <param name="Risk">0 without a reason, up to 1.</param>
/// <param name="Reasons">The labels' first.</param>
public readonly record struct RiskScore(MessageDecision Decision, double Risk, ReviewReasons Reasons);
