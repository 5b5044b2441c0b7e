using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>What happens to a message that should be reviewed.</summary>
public enum ReviewState
{
    /// <summary>It needs no review.</summary>
    None,

    /// <summary>It goes to the review topic.</summary>
    Asked,

    /// <summary>People were recently asked about a near-duplicate; that answer counts for it too.</summary>
    Shared,

    /// <summary>
    /// Others were riskier and the budget is short; or its review item does not fit a record. It is published like any
    /// other.
    /// </summary>
    Deferred,
}

/// <summary>The review policy's verdict on one message.</summary>
/// <param name="State">What happens to it.</param>
/// <param name="Score">Risk, reasons, and the outcome of the labels.</param>
/// <param name="Propensity">For a message of the audit arm: the probability with which it was drawn. 0 for
/// others.</param>
/// <param name="Question">With Shared: the message that people were asked about.</param>
public readonly record struct ReviewVerdict(
    ReviewState State, RiskScore Score, double Propensity = 0, SourcePosition Question = default)
{
    /// <summary>Whether it belongs to the uniform audit arm.</summary>
    public bool IsAudit => Propensity > 0;

    /// <summary>With Asked: whether this is the first time, so that the question counts from now on.</summary>
    public bool IsNew { get; init; }
}
