using System.Globalization;
using System.Text.Json;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Reports.Figures;

/// <summary>An <see cref="EvaluationDetail"/> as JSON, within an open object: see <see cref="EvaluationJson"/>.</summary>
internal static class DetailJson
{
    public static void Write(Utf8JsonWriter json, EvaluationDetail detail)
    {
        Write(json, detail.Confidence);
        json.WritePropertyName("curves");
        Write(json, detail.Pooled);
        json.WriteStartObject("label_curves");
        foreach (var label in detail.Labels)
        {
            json.WritePropertyName(label.Label);
            Write(json, label.Curves);
        }
        json.WriteEndObject();
        json.WriteStartObject("decisions");
        foreach (var label in detail.Labels)
        {
            json.WriteStartObject(label.Label);
            Write(json, label.Decisions);
            json.WriteNumber("certified_yes", label.Certified.Yes.All);
            json.WriteNumber("certified_yes_wrong", label.Certified.Yes.Wrong);
            json.WriteNumber("certified_no", label.Certified.No.All);
            json.WriteNumber("certified_no_wrong", label.Certified.No.Wrong);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("confused_pairs");
        foreach (var pair in detail.Confusions?.Pairs ?? [])
        {
            json.WriteStartObject();
            json.WriteString("has", pair.Truth);
            json.WriteString("said", pair.Predicted);
            json.WriteNumber("texts", pair.Count);
            json.WriteNumber("share", pair.Share);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Write(json, detail.Review);
        json.WriteStartObject("slices");
        Write(json, "length", detail.Lengths);
        Write(json, "source", detail.Sources);
        json.WriteEndObject();
        Mistakes(json, detail);
    }

    private static void Write(Utf8JsonWriter json, ConfidenceFigures figures)
    {
        json.WriteStartObject("confidence");
        foreach (var (name, judged) in (ReadOnlySpan<(string, Judged)>)[
            ("certified", figures.Certified), ("likely", figures.Likely), ("uncertain", figures.Uncertain),
            ("texts_without_uncertain", figures.SureTexts), ("texts_with_uncertain", figures.UnsureTexts)])
        {
            json.WriteStartObject(name);
            json.WriteNumber("count", judged.All);
            json.WriteNumber("wrong", judged.Wrong);
            json.WriteEndObject();
        }
        json.WriteNumber("texts_with_yes", figures.TextsWithYes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CurveSet curves)
    {
        json.WriteStartObject();
        Points(json, "precision_recall", ["threshold", "recall", "precision"], curves.PrecisionRecall.Select(p => (double[])[p.Threshold, p.X, p.Y]));
        Points(json, "roc", ["threshold", "false_positive_rate", "true_positive_rate"], curves.Roc.Select(p => (double[])[p.Threshold, p.X, p.Y]));
        Points(json, "thresholds", ["threshold", "precision", "recall", "f1"], curves.Thresholds.Select(p => (double[])[p.Threshold, p.Precision ?? double.NaN, p.Recall, p.F1]));
        Write(json, "reliability_before", curves.Before);
        Write(json, "reliability_after", curves.After);
        json.WriteStartObject("histogram");
        Counts(json, "yes", curves.Histogram.Yes);
        Counts(json, "no", curves.Histogram.No);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ReliabilityDiagram diagram)
    {
        json.WriteStartObject(name);
        json.WriteNumber("ece", diagram.Ece);
        json.WriteNumber("brier", diagram.Brier);
        json.WriteNumber("log_loss", diagram.LogLoss);
        Points(json, "bins", ["count", "probability", "observed", "low", "high"], diagram.Bins.Select(b => (double[])[b.Count, b.MeanProbability, b.Observed, b.Low, b.High]));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReviewCurve review)
    {
        json.WriteStartObject("review");
        json.WriteNumber("texts", review.Texts);
        Points(
            json, "points", ["share", "error", "random_error", "automatic_error", "text_error"],
            review.Points.Select(p => (double[])[p.Share, p.Error, p.RandomError, p.AutomaticError, p.TextError]));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<Slice> slices)
    {
        json.WriteStartArray(name);
        foreach (var slice in slices)
        {
            json.WriteStartObject();
            json.WriteString("name", slice.Name);
            json.WriteNumber("texts", slice.Texts);
            json.WriteNumber("text_error", slice.TextError);
            json.WriteNumber("ece", slice.Ece);
            Write(json, slice.Decisions);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Confusion counts)
    {
        json.WriteNumber("true_positives", counts.TruePositives);
        json.WriteNumber("false_positives", counts.FalsePositives);
        json.WriteNumber("false_negatives", counts.FalseNegatives);
        json.WriteNumber("true_negatives", counts.TrueNegatives);
        json.WriteNumber("precision", counts.Precision);
        json.WriteNumber("recall", counts.Recall);
        json.WriteNumber("f1", counts.F1);
    }

    /// <summary>Mistakes by the text's place in the file, counted from 0: figures, not texts, are what the file is for.</summary>
    private static void Mistakes(Utf8JsonWriter json, EvaluationDetail detail)
    {
        json.WriteStartArray("mistakes");
        foreach (var wrong in detail.Labels.SelectMany(label => label.FalsePositives.Concat(label.FalseNegatives)))
        {
            json.WriteStartObject();
            json.WriteNumber("text", wrong.Row);
            json.WriteString("label", wrong.Label);
            json.WriteNumber("p", wrong.Probability);
            json.WriteNumber("answer", wrong.Answer ? 1 : 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, string name, IReadOnlyList<int> counts)
    {
        json.WriteStartArray(name);
        foreach (var count in counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
    }

    /// <summary>{"columns": [names], "rows": [[numbers]]}; null for what is no number. Rounded to 6 digits: a curve, not a sum.</summary>
    private static void Points(Utf8JsonWriter json, string name, ReadOnlySpan<string> columns, IEnumerable<double[]> rows)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("columns");
        foreach (var column in columns)
            json.WriteStringValue(column);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (var row in rows)
            // One line a row keeps an indented file readable.
            json.WriteRawValue("[" + string.Join(",", row.Select(value => double.IsFinite(value) ? Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture) : "null")) + "]");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
