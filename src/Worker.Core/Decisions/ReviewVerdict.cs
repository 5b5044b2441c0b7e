using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>What becomes of a message's wish for review.</summary>
public enum ReviewState
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>It goes to the review topic.</summary>
    Asked,

    /// <summary>A near-duplicate of it was asked about not long ago: the answer to that is its answer.</summary>
    Shared,

    /// <summary>
    /// Others were riskier, and the budget is short; or what people would be sent fits no record. It is published like
    /// any other.
    /// </summary>
    Deferred,
}

/// <summary>The review policy's word on one message.</summary>
/// <param name="State">What becomes of it.</param>
/// <param name="Score">Risk, reasons, and what the labels lead to.</param>
/// <param name="Propensity">Of a message of the audit arm: the probability with which it was drawn. 0 for
/// others.</param>
/// <param name="Question">With Shared: the message that was asked about.</param>
public readonly record struct ReviewVerdict(
    ReviewState State, RiskScore Score, double Propensity = 0, SourcePosition Question = default)
{
    /// <summary>Whether it belongs to the uniform audit arm.</summary>
    public bool IsAudit => Propensity > 0;

    /// <summary>With Asked: whether this is the first time, so that the question counts from now on.</summary>
    public bool IsNew { get; init; }
}
