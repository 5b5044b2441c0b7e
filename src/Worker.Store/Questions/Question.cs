using Worker.Core.Messages;
using Worker.Core.Questions;

namespace Worker.Store.Questions;

/// <summary>A message that people are asked about, as the queue keeps it.</summary>
internal sealed record Question
{
    public required long Id { get; init; }

    public required SourcePosition Source { get; init; }

    public required string Text { get; init; }

    /// <summary>Why it is asked and what the heads say.</summary>
    public required QuestionContent Content { get; init; }

    /// <summary>As in <see cref="ReviewItem.Propensity"/>.</summary>
    public double? Propensity { get; init; }

    public DateTimeOffset Added { get; init; }

    /// <summary>How many people are still to answer it; 0: it is answered.</summary>
    public int Wanted { get; init; }

    /// <summary>Whether nobody should see scores who answers it now.</summary>
    public bool IsBlind { get; init; }

    /// <summary>Whether somebody answered it before.</summary>
    public bool IsSecond { get; init; }
}

/// <summary>What is kept of a review item beside its text. JSON in the store.</summary>
/// <param name="At">The message's Kafka timestamp.</param>
/// <param name="Labels">Those that are asked about first, then others that are likely.</param>
internal sealed record QuestionContent(
    DateTimeOffset At, bool IsCut, double Risk, double? AnomalyP, IReadOnlyList<ItemReason> Reasons,
    IReadOnlyList<QuestionLabel> Labels);

/// <summary>A label that a question may be about.</summary>
/// <param name="IsAsked">Whether it is one of those that the question is about.</param>
/// <inheritdoc cref="ItemLabel"/>
internal sealed record QuestionLabel(
    string Label, double P, string Decision, string Confidence, int Version, bool IsAsked);
