using System.Text.Json;
using Worker.Learning.Evaluating;

namespace Worker.Reports.Figures;

/// <summary>
/// An evaluation as JSON:
/// <code>
/// {"macro": {"precision", "recall", "f1", "average_precision"}, "micro": {the same}, "ece", "log_loss", "brier",
///  "labels": {"spam": {"precision", "recall", "f1", "average_precision", "support", "threshold",
///                      "known", "roc_auc" (null when undefined), "log_loss", "brier", "ece"}},
///  "anomaly" (where unlike texts were given): {"auroc", "aupr", "fpr95", "known", "unlike" (texts), "known_flagged",
///              "unlike_flagged" (shares with p at most .05), "channels": {"neighbours": {"auroc", "aupr", "fpr95"}}},
///  and with a detail: "confidence", "curves", "label_curves", "decisions", "confused_pairs", "review", "slices",
///              "mistakes"}
/// </code>
/// </summary>
internal static class EvaluationJson
{
    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    /// <param name="anomaly">Null leaves it out.</param>
    /// <param name="detail">Curves and the like, or null to leave them out.</param>
    public static void Write(
        Stream output, Evaluation evaluation, AnomalyMetrics? anomaly = null, EvaluationDetail? detail = null)
    {
        var record = new EvaluationRecord
        {
            Macro = evaluation.Macro,
            Micro = evaluation.Micro,
            Ece = evaluation.Ece,
            LogLoss = evaluation.LogLoss,
            Brier = evaluation.Brier,
            Labels = evaluation.Labels.ToDictionary(label => label.Label, LabelRecord.From, StringComparer.Ordinal),
            Anomaly = anomaly is null ? null : AnomalyRecord.From(anomaly),
        };
        Write(output, detail is null ? record : With(record, detail));
    }

    /// <summary>Only the anomaly figures, if there are no heads.</summary>
    public static void Write(Stream output, AnomalyMetrics anomaly) =>
        Write(output, new EvaluationRecord { Anomaly = AnomalyRecord.From(anomaly) });

    private static EvaluationRecord With(EvaluationRecord record, EvaluationDetail detail) => record with
    {
        Confidence = ConfidenceRecord.From(detail.Confidence),
        Curves = CurvesRecord.From(detail.Pooled),
        LabelCurves = detail.Labels.ToDictionary(
            label => label.Label, label => CurvesRecord.From(label.Curves), StringComparer.Ordinal),
        Decisions = detail.Labels.ToDictionary(
            label => label.Label, label => DecisionsRecord.From(label.Decisions, label.Certified),
            StringComparer.Ordinal),
        ConfusedPairs =
        [
            .. (detail.Confusions?.Pairs ?? [])
                .Select(pair => new ConfusedPairRecord(pair.Truth, pair.Predicted, pair.Count, pair.Share)),
        ],
        Review = ReviewRecord.From(detail.Review),
        Slices = new SlicesRecord(
            [.. detail.Lengths.Select(SliceRecord.From)], [.. detail.Sources.Select(SliceRecord.From)]),
        Mistakes =
        [
            .. detail.Labels.SelectMany(label => label.FalsePositives.Concat(label.FalseNegatives))
                .Select(wrong => new MistakeRecord(wrong.Row, wrong.Label, wrong.Probability, wrong.Answer ? 1 : 0)),
        ],
    };

    private static void Write(Stream output, EvaluationRecord record) =>
        JsonSerializer.Serialize(output, record, FiguresContext.Readable.EvaluationRecord);
}
