using System.Text.Encodings.Web;
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
///  and with a detail: "confidence", "curves", "label_curves", "decisions", "confused_pairs", "review", "slices", "mistakes"}
/// </code>
/// </summary>
internal static class EvaluationJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    /// <param name="anomaly">Null leaves it out.</param>
    /// <param name="detail">Curves and the like, or null to leave them out.</param>
    public static void Write(Stream output, Evaluation evaluation, AnomalyMetrics? anomaly = null, EvaluationDetail? detail = null)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        Write(json, "macro", evaluation.Macro);
        Write(json, "micro", evaluation.Micro);
        json.WriteNumber("ece", evaluation.Ece);
        json.WriteNumber("log_loss", evaluation.LogLoss);
        json.WriteNumber("brier", evaluation.Brier);
        json.WriteStartObject("labels");
        foreach (var label in evaluation.Labels)
            Write(json, label);
        json.WriteEndObject();
        if (anomaly is not null)
            Write(json, anomaly);
        if (detail is not null)
            DetailJson.Write(json, detail);
        json.WriteEndObject();
    }

    /// <summary>The anomaly figures alone, where there are no heads.</summary>
    public static void Write(Stream output, AnomalyMetrics anomaly)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        Write(json, anomaly);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AnomalyMetrics anomaly)
    {
        json.WriteStartObject("anomaly");
        Write(json, anomaly.Together);
        json.WriteNumber("known", anomaly.Known);
        json.WriteNumber("unlike", anomaly.Unknown);
        json.WriteNumber("known_flagged", anomaly.KnownFlagged);
        json.WriteNumber("unlike_flagged", anomaly.UnknownFlagged);
        json.WriteStartObject("channels");
        foreach (var (name, metrics) in anomaly.Channels)
        {
            json.WriteStartObject(name);
            Write(json, metrics);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SeparationMetrics metrics)
    {
        json.WriteNumber("auroc", metrics.Auroc);
        json.WriteNumber("aupr", metrics.Aupr);
        json.WriteNumber("fpr95", metrics.Fpr95);
    }

    private static void Write(Utf8JsonWriter json, string name, AverageMetrics average)
    {
        json.WriteStartObject(name);
        json.WriteNumber("precision", average.Precision);
        json.WriteNumber("recall", average.Recall);
        json.WriteNumber("f1", average.F1);
        json.WriteNumber("average_precision", average.AveragePrecision);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LabelMetrics label)
    {
        json.WriteStartObject(label.Label);
        json.WriteNumber("precision", label.Precision);
        json.WriteNumber("recall", label.Recall);
        json.WriteNumber("f1", label.F1);
        json.WriteNumber("average_precision", label.AveragePrecision);
        json.WriteNumber("support", label.Support);
        json.WriteNumber("threshold", label.Threshold);
        json.WriteNumber("known", label.Known);
        if (label.RocAuc is { } auc)
            json.WriteNumber("roc_auc", auc);
        else
            json.WriteNull("roc_auc");
        json.WriteNumber("log_loss", label.LogLoss);
        json.WriteNumber("brier", label.Brier);
        json.WriteNumber("ece", label.Ece);
        json.WriteEndObject();
    }
}
