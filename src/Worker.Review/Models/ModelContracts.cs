using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Worker.Review.Models;

/// <summary>The head of a label that is in use.</summary>
internal sealed record HeadView(
    string Label, int Version,
    [property: Description("Hash of the encoder that it was made for.")] string Encoder,
    [property: Description("What it sees of a text.")] string Feature,
    [property: Description("Exclusive group: exactly one of its labels holds.")] string? Group,
    [property: Description("A p at or below it is a no that a certificate covers.")] double Low,
    [property: Description("A p at or above it is a yes.")] double Decide,
    [property: Description("A p at or above it is a yes that a certificate covers.")] double High,
    [property: Description("What a label without answers means, in words.")] string? Description,
    [property: Description("Texts with the label that it was trained on.")] int Positives,
    [property: Description("Texts without it.")] int Negatives,
    [property: Description("When its certificate ends; null without one.")] DateTimeOffset? CertifiedUntil,
    [property: Description("Version of a head that runs beside it and decides nothing.")] int? Challenger,
    [property: Description("Version of a head that decides a share of the messages.")] int? Canary);

/// <summary>A head that was made of answers.</summary>
internal sealed record HeadVersionView(
    int Version, DateTimeOffset Made,
    [property: Description("promoted, canary, kept or dropped.")] string State,
    [property: Description("What was decided, in one sentence.")] string Sentence,
    [property: Description("What it would decide by itself, and at which error.")] string? Alone,
    [property: Description("The bars of the gate, in their order.")] IReadOnlyList<BarView> Bars,
    [property: Description("Who decided; null for the gate.")] string? By,
    int Positives, int Negatives,
    [property: Description("F1 on texts that it was not fitted on.")] double? F1,
    [property: Description("Log-loss on texts that it was not fitted on.")] double? LogLoss,
    [property: Description("Whether it is the one in use.")] bool InUse);

/// <summary>What a head says of answered texts, by a fit that had not seen them.</summary>
internal sealed record HeadCurvesView(
    int Version,
    [property: Description("Answered texts that it is judged on; 0: the store keeps none of this version.")] int Texts,
    [property: Description("From the highest threshold to the lowest.")] IReadOnlyList<CurvePointView> PrecisionRecall,
    [property: Description("Texts in bins of p.")] IReadOnlyList<ReliabilityView> Reliability,
    [property: Description("At the head's own point between yes and no.")] ConfusionView? Confusion);

/// <summary>Precision and recall at one threshold.</summary>
internal sealed record CurvePointView(double Threshold, double Precision, double Recall);

/// <summary>How often texts of about one p have the label.</summary>
internal sealed record ReliabilityView(double P, double Observed, int Texts);

/// <summary>Answers against decisions.</summary>
internal sealed record ConfusionView(int TruePositives, int FalsePositives, int FalseNegatives, int TrueNegatives);

/// <summary>One bar of the gate.</summary>
internal sealed record BarView(string Name, double? Measured, double? Limit, bool Passed, string Sentence);

/// <summary>How learning stands for a label.</summary>
internal sealed record LearningView(
    string Label,
    [property: Description("Texts that count as positives.")] long Yes,
    [property: Description("Texts that count as negatives.")] long No,
    long Weak,
    [property: Description("Answered without seeing a score.")] long Blind,
    [property: Description("Texts that people contradict each other about.")] long Disputed,
    [property: Description("Answers that no training has seen.")] long New,
    DateTimeOffset? LastAnswer,
    [property: Description("When it is trained next, or why not now.")] string Next,
    [property: Description("The newest head that was made.")] int? Version,
    [property: Description("promoted, canary, kept or dropped.")] string? State,
    [property: Description("What was decided about it.")] string? Verdict);

/// <summary>A label that can be answered.</summary>
internal sealed record KnownLabelView(
    string Label, string? Group, string? Description,
    [property: Description("Version in use; null without a head.")] int? Version, long Yes, long No);

/// <summary>A person puts a head into use, or goes back to an earlier one.</summary>
internal sealed record HeadChoiceRequest(
    [property: Description("Which version. Promote: default the newest head of the store; roll back: the one before.")]
    [property: Range(1, int.MaxValue)] int? Version = null,
    [property: Description("The reason, for the history.")]
    [property: StringLength(500)] string? Why = null);

/// <summary>What was done.</summary>
internal sealed record DoneView([property: Description("In one sentence.")] string Sentence);

/// <summary>Texts to classify now.</summary>
internal sealed record ClassifyRequest(
    [property: Description("1 to 256 texts.")]
    [property: Required, MinLength(1), MaxLength(256)] IReadOnlyList<string> Texts);

/// <summary>What the heads say of texts, in their order.</summary>
internal sealed record ClassifyView(
    [property: Description("Hash of the encoder.")] string Encoder, IReadOnlyList<ScoredTextView> Results);

/// <summary>What the heads say of a text: the same as on the results topic.</summary>
internal sealed record ScoredTextView(
    int Tokens, [property: Description("In how many chunks a long text was read; 1 if it was read whole.")] int Chunks,
    [property: Description("Whether the text was longer than the limit.")] bool Truncated,
    [property: Description("yes, no, other or review.")] string Decision,
    [property: Description("The most probable label.")] string? Top,
    [property: Description("Labels that are uncertain.")] int Uncertain,
    double? AnomalyP, IReadOnlyList<ScoredLabelView> Labels);

/// <summary>What one head says.</summary>
internal sealed record ScoredLabelView(string Label, double P, string Decision, string Confidence, int Version);

/// <summary>Questions with a text like another one's.</summary>
internal sealed record SimilarView(
    [property: Description("Most similar first.")] IReadOnlyList<SimilarItemView> Items,
    [property: Description("Whether the text has been encoded; otherwise ask again in a moment.")] bool Ready);

/// <summary>A question with a similar text.</summary>
internal sealed record SimilarItemView(
    long Id, string Text, [property: Description("Cosine of the two texts, -1 to 1.")] double Cosine);
