using System.ComponentModel;

namespace Worker.Review.Models;

/// <summary>How the stream does now. What is not known is null.</summary>
internal sealed record LiveView(
    [property: Description("The last minutes, oldest first.")] IReadOnlyList<LivePointView> History,
    [property: Description("Of a sample of the newest results.")] IReadOnlyList<LabelRateView> Labels,
    [property: Description("Share of the sample that is unlike anything known.")] double? AnomalyRate,
    [property: Description("Share of the sample that people are asked about.")] double? AskedRate,
    [property: Description("Share of the sample that people would be asked about, if the budget allowed it.")]
    double? DeferredRate,
    [property: Description("The most frequent labels over the looks of history.")]
    IReadOnlyList<LabelHistoryView> LabelHistory,
    [property: Description("Some of the newest results, newest first.")] IReadOnlyList<LiveResultView> Sample,
    [property: Description("Heads that are held against the random audit.")] IReadOnlyList<DriftView> Drift);

/// <summary>One look at the stream.</summary>
internal sealed record LivePointView(
    DateTimeOffset At, double? MessagesPerSecond,
    [property: Description("Messages that no worker has committed.")] long? LagMessages,
    [property: Description("How long they would take at the present rate.")] double? LagSeconds,
    [property: Description("From message to result, of the sample.")] double? LatencyP50Ms, double? LatencyP99Ms,
    [property: Description("As of the last look, below.")] double? AnomalyRate, double? AskedRate,
    double? DeferredRate);

/// <summary>How often a label was yes.</summary>
internal sealed record LabelHistoryView(
    string Label, [property: Description("One for each look of history.")] IReadOnlyList<double> Rates);

/// <summary>How often a label is yes.</summary>
internal sealed record LabelRateView(string Label, double Rate);

/// <summary>One result.</summary>
internal sealed record LiveResultView(
    DateTimeOffset At, MessagePlaceView Message, string Decision, string? Top, double? P, string? Confidence,
    double? AnomalyP, bool Asked);

/// <summary>A message's place.</summary>
internal sealed record MessagePlaceView(string Topic, int Partition, long Offset);

/// <summary>A head in use against its promise.</summary>
internal sealed record DriftView(
    string Label, int Version, long Errors, long Seen,
    [property: Description("Its error is at least this, whenever one looks.")] double Lower,
    [property: Description("The error that it promised at most; null for a head that promised nothing.")]
    double? Promised, bool Alarm);
