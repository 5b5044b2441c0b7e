using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Learning.Experiments;

namespace Worker.Reports.Figures;

/// <summary>
/// An experiment as JSON:
/// <code>
/// {"seeds", "texts": {"fit", "validation", "test"}, "variants": {"taps": {"description", "seconds",
///   "f1": {"mean", "two_sigma", "seeds", "against_base": {"mean", "two_errors", "verdict"}}, "average_precision", "log_loss", "ece",
///   "mistake_auroc", "spread_auroc", "labels": {"spam": {"f1": {"mean", "two_sigma", "seeds"}, …}}}}}
/// </code>
/// </summary>
internal static class ExperimentJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    public static void Write(Stream output, ExperimentResult result)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteNumber("seeds", result.Seeds);
        json.WriteStartObject("texts");
        json.WriteNumber("fit", result.Texts.Fit);
        json.WriteNumber("validation", result.Texts.Validation);
        json.WriteNumber("test", result.Texts.Test);
        json.WriteEndObject();
        json.WriteStartObject("variants");
        foreach (var variant in result.Variants)
            Write(json, result, variant);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExperimentResult result, VariantResult variant)
    {
        json.WriteStartObject(variant.Name);
        json.WriteString("description", variant.Description);
        json.WriteNumber("seconds", Math.Round(variant.Seconds, 3));
        foreach (var metric in ExperimentMetric.All)
        {
            json.WriteStartObject(metric.Key);
            Fields(json, variant.Whole(metric));
            if (variant != result.Variants[0])
            {
                var (mean, errors) = variant.Against(result.Variants[0], metric);
                json.WriteStartObject("against_base");
                Number(json, "mean", mean);
                Number(json, "two_errors", errors);
                json.WriteNumber("verdict", variant.Verdict(result.Variants[0], metric));
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        Write(json, "mistake_auroc", Estimate.Of(variant.MistakeAuroc));
        if (variant.SpreadAuroc.Count > 0)
            Write(json, "spread_auroc", Estimate.Of(variant.SpreadAuroc));
        json.WriteStartObject("labels");
        for (var label = 0; label < result.Labels.Count; label++)
        {
            json.WriteStartObject(result.Labels[label]);
            foreach (var metric in ExperimentMetric.All)
                Write(json, metric.Key, variant.Label(metric, label));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Estimate estimate)
    {
        json.WriteStartObject(name);
        Fields(json, estimate);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, Estimate estimate)
    {
        Number(json, "mean", estimate.Mean);
        Number(json, "two_sigma", estimate.TwoSigma);
        json.WriteNumber("seeds", estimate.Seeds);
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
