using System.Numerics.Tensors;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>How two heads of one label differ, aspect by aspect, apart from their versions.</summary>
internal static class HeadDifference
{
    private const int AspectWidth = 12;

    /// <summary>The differences, each as aspect and words.</summary>
    public static IEnumerable<(string Aspect, string Words)> Of(Head from, Head to)
    {
        if (from.Encoder != to.Encoder)
            yield return ("encoder", $"{EncoderHash.Short(from.Encoder)} → {EncoderHash.Short(to.Encoder)}");
        if (from.Feature != to.Feature)
            yield return ("feature", $"{from.Feature} → {to.Feature}");
        if (Weights(from, to) is { } weights)
            yield return ("weights", weights);
        if (from.Bias != to.Bias)
            yield return ("bias", $"{HeadWords.Number(from.Bias)} → {HeadWords.Number(to.Bias)}");
        if (from.Thresholds.Decide != to.Thresholds.Decide)
            yield return (
                "threshold", Change(HeadWords.Number(from.Thresholds.Decide), HeadWords.Number(to.Thresholds.Decide)));
        if ((from.Thresholds.Low, from.Thresholds.High) != (to.Thresholds.Low, to.Thresholds.High))
            yield return ("band", Change(HeadWords.Band(from.Thresholds), HeadWords.Band(to.Thresholds)));
        if (from.Calibration != to.Calibration)
        {
            var change = Change(HeadWords.Calibration(from.Calibration), HeadWords.Calibration(to.Calibration));
            yield return (
                "calibration",
                $"{change}; moves p by up to {HeadWords.Number(Moved(from.Calibration, to.Calibration))}");
        }
        if (!Equals(from.Interval, to.Interval))
            yield return ("interval", Change(HeadWords.Interval(from.Interval), HeadWords.Interval(to.Interval)));
        if (from.Certificate != to.Certificate)
            yield return (
                "certificate", Change(HeadWords.Certificate(from.Certificate), HeadWords.Certificate(to.Certificate)));
        if (from.Group != to.Group)
            yield return ("group", $"{from.Group ?? "none"} → {to.Group ?? "none"}");
        if (from.Described != to.Described)
            yield return ("made from", Change(HeadWords.Source(from), HeadWords.Source(to)));
        if (from.Training != to.Training)
            yield return ("trained on", Change(Training(from), Training(to)));
    }

    /// <summary>Indented lines for each aspect.</summary>
    public static IEnumerable<string> Lines(Head from, Head to) => Of(from, to)
        .SelectMany(part =>
            TextColumns.Wrapped(Line(part.Aspect, ""), part.Words.Split(' '), Line("", "").Length, " "));

    /// <summary>An aspect and its words.</summary>
    public static string Line(string aspect, string words) => $"  {aspect.PadRight(AspectWidth)} {words}";

    /// <summary>Cosine similarity of the weights; null if they are for different features.</summary>
    public static double? Cosine(Head from, Head to) =>
        IsComparable(from, to) && HeadWords.Length(from) > 0 && HeadWords.Length(to) > 0
            ? TensorPrimitives.CosineSimilarity(Wide(from.Weights), Wide(to.Weights))
            : null;

    private static string? Weights(Head from, Head to)
    {
        if (!IsComparable(from, to))
            return $"of other features: cannot be compared ({from.Weights.Length} → {to.Weights.Length} floats)";
        if (from.Weights.AsSpan().SequenceEqual(to.Weights))
            return null;
        var lengths = $"length {HeadWords.Number(HeadWords.Length(from))} → {HeadWords.Number(HeadWords.Length(to))}";
        var distance = HeadWords.Number(TensorPrimitives.Distance<float>(from.Weights, to.Weights));
        var cosine = Cosine(from, to) is { } known ? $"cosine {known:F4}, " : "";
        return $"{cosine}{lengths}, distance {distance}";
    }

    private static bool IsComparable(Head from, Head to) =>
        from.Encoder == to.Encoder && from.Feature == to.Feature && from.Weights.Length == to.Weights.Length;

    /// <summary>Uses doubles, because the cosine of two nearly equal vectors would round to 1.</summary>
    private static double[] Wide(float[] weights) => Array.ConvertAll(weights, weight => (double)weight);

    /// <summary>The largest difference of probabilities for the same logit, from −20 to 20.</summary>
    private static double Moved(Calibration from, Calibration to) =>
        Enumerable.Range(-400, 801).Select(step => step / 20.0)
            .Max(logit => Math.Abs(from.Probability(logit) - to.Probability(logit)));

    private static string Training(Head head) => head.Training is { } training
        ? $"{training.Positives:N0} with, {training.Negatives:N0} without"
            + (training.ValidationF1 is { } f1 ? $", F1 {HeadWords.Number(f1)}" : "")
        : "unknown";

    /// <summary>Both words; or, if they are equal, a note that other figures differ.</summary>
    private static string Change(string from, string to) =>
        from == to ? $"{from}, with other figures" : $"{from} → {to}";
}
