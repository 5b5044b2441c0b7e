using Worker.Core.Decisions;
using Worker.Core.Messages;

namespace Worker.Core.Results;

/// <summary>The published result of one message, without its labels' probabilities.</summary>
/// <param name="Source">Where the message came from.</param>
/// <param name="TimestampMs">Its Kafka timestamp, in ms since 1970.</param>
/// <param name="Tokens">Tokens that were scored, [CLS] and [SEP] included.</param>
/// <param name="Truncated">Whether the text was longer than that.</param>
/// <param name="AnomalyP">Conformal p-value of "this text is like the known ones", in [0, 1]; NaN if there is
/// none.</param>
/// <param name="Outcome">The outcome of its labels together.</param>
/// <param name="Review">Whether and why people are asked.</param>
public readonly record struct MessageResult(
    SourcePosition Source, long TimestampMs, int Tokens, bool Truncated, float AnomalyP, MessageOutcome Outcome,
    ReviewVerdict Review)
{
    /// <summary>In how many chunks the text was read; 1 if it was read whole.</summary>
    public int Chunks { get; init; } = 1;
}
