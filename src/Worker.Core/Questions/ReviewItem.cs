using Worker.Core.Messages;

namespace Worker.Core.Questions;

/// <summary>A message that people are asked about: one record of the review topic.</summary>
public sealed record ReviewItem
{
    /// <summary>The message.</summary>
    public required SourcePosition Source { get; init; }

    /// <summary>Its Kafka timestamp.</summary>
    public required DateTimeOffset At { get; init; }

    public required string Text { get; init; }

    /// <summary>Whether <see cref="Text"/> is only the start of the text.</summary>
    public bool IsCut { get; init; }

    /// <summary>How likely one of the decisions is wrong, in [0, 1]; the highest are the most urgent.</summary>
    public double Risk { get; init; }

    /// <summary>Why it is asked, strongest first.</summary>
    public IReadOnlyList<ItemReason> Reasons { get; init; } = [];

    /// <summary>Probability with which it was drawn for the random audit, in (0, 1]; null: it was not.</summary>
    public double? Propensity { get; init; }

    /// <summary>Conformal p-value of "this text is like the known ones", in [0, 1]; null where nobody looked.</summary>
    public double? AnomalyP { get; init; }

    /// <summary>What the heads say, in the order of the record.</summary>
    public IReadOnlyList<ItemLabel> Labels { get; init; } = [];
}

/// <summary>One reason to ask.</summary>
/// <param name="Reason">Its name in the contract, e.g. uncertain.</param>
/// <param name="Label">The label that it is about; null for the text as a whole.</param>
/// <param name="Strength">In [0, 1].</param>
public sealed record ItemReason(string Reason, string? Label, double Strength);

/// <summary>What the head of a label says of the text.</summary>
/// <param name="P">Its probability, in [0, 1].</param>
/// <param name="Decision">yes, no or review.</param>
/// <param name="Confidence">certified, likely or uncertain.</param>
/// <param name="Version">Of the head.</param>
public sealed record ItemLabel(string Label, double P, string Decision, string Confidence, int Version);

/// <summary>A record of the review topic cannot be read. The message says what is wrong.</summary>
public sealed class ReviewItemException(string message) : UserFacingException(message);
