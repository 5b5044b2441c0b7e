using Worker.Core;
using Worker.Core.Answers;

namespace Worker.Store.Questions;

/// <summary>Who asks the queue for something.</summary>
/// <param name="Person">Whose answers they are.</param>
/// <param name="Seat">Where the person sits, e.g. one window of a browser: what is leased to one seat no other gets.
/// </param>
internal readonly record struct Reviewer(string Person, string Seat);

/// <summary>A person's answer to a question.</summary>
/// <param name="Key">The request's: one that comes again counts once. It is the id of the label event.</param>
/// <param name="Question">Its id.</param>
/// <param name="Labels">What the person says, with what was shown.</param>
/// <param name="IsBlind">Whether no score was shown.</param>
/// <param name="Mode">Whether the text was read by itself, or answered with others.</param>
/// <param name="Milliseconds">Time taken; null where nobody measured.</param>
/// <param name="Source">Which program sent it.</param>
/// <param name="Further">How many more people are to answer it, without seeing scores.</param>
internal sealed record ResponseRequest(
    string Key, long Question, IReadOnlyList<LabelAnswer> Labels, bool IsBlind, AnswerMode Mode, int? Milliseconds,
    string Source, int Further);

/// <summary>What became of a request.</summary>
internal enum ResponseOutcome
{
    Recorded,

    /// <summary>It was recorded before, under the same key.</summary>
    Repeated,
}

/// <summary>Why the queue cannot do what was asked.</summary>
internal enum QuestionFault
{
    /// <summary>There is no such question, or no such answer.</summary>
    Unknown,

    /// <summary>Another person has it now.</summary>
    Leased,

    /// <summary>It is answered already.</summary>
    Answered,
}

/// <summary>The queue cannot do what was asked; nothing was changed.</summary>
internal sealed class QuestionException(QuestionFault fault, string message) : UserFacingException(message)
{
    public QuestionFault Fault => fault;
}
