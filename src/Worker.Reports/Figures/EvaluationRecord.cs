using System.Text.Json.Serialization;
using Worker.Learning.Evaluating;

namespace Worker.Reports.Figures;

/// <summary>The JSON shape of an evaluation; null values and missing details are left out.</summary>
internal sealed record EvaluationRecord
{
    public AverageMetrics? Macro { get; init; }

    public AverageMetrics? Micro { get; init; }

    public double? Ece { get; init; }

    public double? LogLoss { get; init; }

    public double? Brier { get; init; }

    /// <summary>By label.</summary>
    public IReadOnlyDictionary<string, LabelRecord>? Labels { get; init; }

    public AnomalyRecord? Anomaly { get; init; }

    public ConfidenceRecord? Confidence { get; init; }

    public CurvesRecord? Curves { get; init; }

    /// <summary>By label.</summary>
    public IReadOnlyDictionary<string, CurvesRecord>? LabelCurves { get; init; }

    /// <summary>By label.</summary>
    public IReadOnlyDictionary<string, DecisionsRecord>? Decisions { get; init; }

    public IReadOnlyList<ConfusedPairRecord>? ConfusedPairs { get; init; }

    public ReviewRecord? Review { get; init; }

    public SlicesRecord? Slices { get; init; }

    public IReadOnlyList<MistakeRecord>? Mistakes { get; init; }
}

/// <summary>The JSON shape of one label's figures.</summary>
internal sealed record LabelRecord(
    double Precision,
    double Recall,
    double F1,
    double AveragePrecision,
    long Support,
    double Threshold,
    long Known,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? RocAuc,
    double LogLoss,
    double Brier,
    double Ece)
{
    public static LabelRecord From(LabelMetrics label) => new(
        label.Precision, label.Recall, label.F1, label.AveragePrecision, label.Support, label.Threshold, label.Known,
        label.RocAuc, label.LogLoss, label.Brier, label.Ece);
}

/// <summary>The JSON shape of figures of an anomaly reference; unlike is what the files call unknown texts.</summary>
internal sealed record AnomalyRecord(
    double Auroc,
    double Aupr,
    double Fpr95,
    int Known,
    int Unlike,
    double KnownFlagged,
    double UnlikeFlagged,
    IReadOnlyDictionary<string, SeparationRecord> Channels)
{
    public static AnomalyRecord From(AnomalyMetrics anomaly) => new(
        anomaly.Together.Auroc, anomaly.Together.Aupr, anomaly.Together.Fpr95,
        anomaly.Known, anomaly.Unknown, anomaly.KnownFlagged, anomaly.UnknownFlagged,
        anomaly.Channels.ToDictionary(
            channel => channel.Key,
            channel => new SeparationRecord(channel.Value.Auroc, channel.Value.Aupr, channel.Value.Fpr95),
            StringComparer.Ordinal));
}

/// <summary>The JSON shape of how well one channel separates unknown texts from known ones.</summary>
internal sealed record SeparationRecord(double Auroc, double Aupr, double Fpr95);
