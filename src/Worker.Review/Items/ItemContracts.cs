using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Worker.Review.Items;

/// <summary>What may be shown of a question. Scores are left out where they are not to be seen.</summary>
internal sealed record ReviewItemView(
    [property: Description("Number of the question.")] long Id,
    [property: Description("The text, exactly as it came. It is not trusted: show it as text.")] string Text,
    [property: Description("Whether it is only the start of the text.")] bool TextCut,
    [property: Description("The message that it came in.")] MessageView Message,
    [property: Description("The message's timestamp.")] DateTimeOffset At,
    [property: Description("Why it is asked, strongest first; empty where that would tell what the heads say.")]
    IReadOnlyList<ReasonView> Reasons,
    [property: Description("Labels that are asked about first, then others that are likely; where scores are not " +
        "shown, those that are asked about alone, in the order of names.")]
    IReadOnlyList<LabelView> Labels,
    [property: Description("Whether scores are left out.")] bool Blind,
    [property: Description("Whether somebody answered it before.")] bool Second,
    [property: Description("Whether it was drawn at random.")] bool Audit,
    [property: Description("How many people are still to answer it; 0: it is answered.")] int Wanted,
    [property: Description("How likely one of the decisions is wrong, 0 to 1.")] double? Risk,
    [property: Description("p-value of 'this text is like the known ones', 0 to 1.")] double? AnomalyP);

/// <summary>A message's place.</summary>
internal sealed record MessageView(string Topic, int Partition, long Offset);

/// <summary>One reason to ask.</summary>
internal sealed record ReasonView(
    [property: Description("uncertain, uncertified, disagreement, anomaly, described or audit.")] string Reason,
    [property: Description("The label that it is about; null for the text as a whole.")] string? Label,
    [property: Description("0 to 1.")] double Strength);

/// <summary>A label of a question.</summary>
internal sealed record LabelView(
    string Label,
    [property: Description("Whether the question is about it.")] bool Asked,
    [property: Description("Probability, 0 to 1; null where scores are not shown, like the fields after it.")]
    double? P,
    [property: Description("yes, no or review.")] string? Decision,
    [property: Description("certified, likely or uncertain.")] string? Confidence,
    [property: Description("Of the head.")] int? Version);

/// <summary>Asks for questions.</summary>
internal sealed record LeaseRequest(
    [property: Description("Names the window or program that asks; what one seat has no other gets. Up to 100 " +
        "characters.")]
    [property: Required, StringLength(100, MinimumLength = 1)] string Seat,
    [property: Description("How many questions it is to have, 1 to 100.")]
    [property: Range(1, 100)] int Count = 10,
    [property: Description("Whether scores are to be left out of all of them.")] bool Blind = false);

/// <summary>Questions that a seat has.</summary>
internal sealed record LeaseView(
    [property: Description("All that the seat has, most urgent first.")] IReadOnlyList<ReviewItemView> Items,
    [property: Description("Questions that are not answered, these included.")] long Open,
    [property: Description("As many of them as somebody has, this seat included.")] long Leased,
    [property: Description("Seconds for which the seat has them; asking again begins anew.")] int LeaseSeconds);

/// <summary>An answer to a question.</summary>
internal sealed record AnswerRequest(
    [property: Description("The seat that has the question.")]
    [property: Required, StringLength(100, MinimumLength = 1)] string Seat,
    [property: Description("Label to answer: \"yes\", \"no\", \"unknown\", or a number from 0 to 1. A label that is " +
        "not named was not asked about.")]
    [property: Required, MinLength(1)] IReadOnlyDictionary<string, System.Text.Json.JsonElement> Labels,
    [property: Description("Whether scores were shown. They count as not shown where they were left out.")]
    bool Shown = true,
    [property: Description("Time taken.")]
    [property: Range(0, int.MaxValue)] int? Milliseconds = null);

/// <summary>Gives a question back unanswered.</summary>
internal sealed record SkipRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Seat);

/// <summary>Takes a response back.</summary>
internal sealed record UndoRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Seat,
    [property: Description("Whether scores are to be left out of the question.")] bool Blind = false);

/// <summary>The same answer to several questions, whoever has them.</summary>
internal sealed record BulkRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Seat,
    [property: Description("1 to 200 questions.")]
    [property: Required, MinLength(1), MaxLength(200)] IReadOnlyList<long> Items,
    [property: Required, MinLength(1)] IReadOnlyDictionary<string, System.Text.Json.JsonElement> Labels,
    [property: Description("Whether scores were shown.")] bool Shown = true);

/// <summary>What became of an answer.</summary>
internal sealed record AnswerView(
    [property: Description("Its key, which is the id of its label event.")] string Key,
    [property: Description("Whether it had been recorded before, under this key.")] bool Repeated);

/// <summary>What became of answers in bulk.</summary>
internal sealed record BulkView(
    [property: Description("Questions that were answered.")] IReadOnlyList<long> Answered,
    [property: Description("Questions that somebody else has or answered.")] IReadOnlyList<long> Left);

/// <summary>What was taken back.</summary>
internal sealed record UndoView(
    [property: Description("The question, which the seat has again; null where there is nothing to take back.")]
    ReviewItemView? Item);

/// <summary>How far reviewing has come.</summary>
internal sealed record ProgressView(
    [property: Description("Questions that are not answered.")] long Open,
    [property: Description("As many of them as somebody has.")] long Leased,
    [property: Description("Answers of this person today (UTC).")] long Mine,
    [property: Description("Answers of all people today.")] long All,
    [property: Description("Answers of this person in the last 60 minutes.")] long LastHour,
    [property: Description("Answers without scores, last 30 days.")] AgreementView Blind,
    [property: Description("Answers with scores. Where they agree with the heads much more often than those " +
        "without, the scores lead people.")]
    AgreementView Shown);

/// <summary>How often people say what the heads decided.</summary>
internal sealed record AgreementView(
    [property: Description("Labels that were answered yes or no.")] long Answered,
    [property: Description("Share of them that agrees with the heads, 0 to 1; null where nothing was answered.")]
    double? Agreement);
