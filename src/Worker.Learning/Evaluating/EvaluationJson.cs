using System.Text.Encodings.Web;
using System.Text.Json;

namespace Worker.Learning.Evaluating;

/// <summary>
/// An evaluation as JSON:
/// <code>
/// {"macro": {"precision", "recall", "f1", "average_precision"}, "micro": {the same}, "ece", "log_loss", "brier",
///  "labels": {"spam": {"precision", "recall", "f1", "average_precision", "support", "threshold",
///                      "known", "roc_auc" (null when undefined), "log_loss", "brier", "ece"}},
///  and with a detail: "curves", "label_curves", "decisions", "confused_pairs", "review", "slices", "mistakes"}
/// </code>
/// </summary>
public static class EvaluationJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    /// <param name="detail">Curves and the like, or null to leave them out.</param>
    public static void Write(Stream output, Evaluation evaluation, EvaluationDetail? detail = null)
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
        if (detail is not null)
            DetailJson.Write(json, detail);
        json.WriteEndObject();
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
