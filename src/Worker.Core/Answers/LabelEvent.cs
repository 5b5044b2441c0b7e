using Worker.Core.Messages;

namespace Worker.Core.Answers;

/// <summary>How an answer was given.</summary>
public enum AnswerMode
{
    /// <summary>To one text that the person read.</summary>
    Single,

    /// <summary>To many texts at once.</summary>
    Bulk,

    /// <summary>To a text of the random audit.</summary>
    Audit,
}

/// <summary>
/// What somebody said about one text: an answer to each of some labels, or that an earlier event does not count. One
/// record of the labels topic. A label that is not named was not asked about, and stays unknown.
/// </summary>
public sealed record LabelEvent
{
    /// <summary>
    /// Tells events apart: an event that arrives again with the same id counts once. At most
    /// <see cref="LabelEventJson.MaximumName"/> characters.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>When the answer was given. Of one person's answers to a text and label the latest counts.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The text that was read; null where only <see cref="Message"/> says which.</summary>
    public string? Text { get; init; }

    /// <summary>The message that the text came in; null where unknown.</summary>
    public SourcePosition? Message { get; init; }

    /// <summary>At least one, each label once; empty when the event withdraws another.</summary>
    public IReadOnlyList<LabelAnswer> Answers { get; init; } = [];

    /// <summary>Who answered; empty when nobody was named.</summary>
    public string By { get; init; } = "";

    /// <summary>Which program sent it; empty when none was named.</summary>
    public string Source { get; init; } = "";

    public AnswerMode Mode { get; init; }

    /// <summary>Probability with which the text was drawn for a random audit, in (0, 1]; null: it was not.</summary>
    public double? Propensity { get; init; }

    /// <summary>True when the person saw no score; false when scores were shown; null when nobody said.</summary>
    public bool? IsBlind { get; init; }

    /// <summary>Time taken, in ms; null when not measured.</summary>
    public int? Milliseconds { get; init; }

    /// <summary>Id of the event that does not count any more; null for an event with answers.</summary>
    public string? Withdraws { get; init; }
}

/// <summary>An answer to one label.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Value">1 for yes, 0 for no, between them a weak score, null for "I cannot tell".</param>
/// <param name="ShownP">The probability that was shown; null when none was.</param>
/// <param name="ShownVersion">Version of the head it came from; null likewise.</param>
public sealed record LabelAnswer(string Label, double? Value, double? ShownP = null, int? ShownVersion = null);

/// <summary>An event cannot be read. The message says what is wrong and what to write.</summary>
public sealed class LabelEventException(string message) : UserFacingException(message);
