using System.Globalization;
using System.Numerics.Tensors;
using Worker.Core.Heads;

namespace Worker.Heads;

/// <summary>Parts of a head in a few words each, the same in all reports.</summary>
internal static class HeadWords
{
    /// <summary>"0.310 to 0.700", the bounds around the threshold; "none" if they are equal.</summary>
    public static string Band(Thresholds thresholds) => thresholds.Low == thresholds.High
        ? "none"
        : $"{Number(thresholds.Low)} to {Number(thresholds.High)}";

    /// <summary>"Platt, slope 0.930, intercept 0.100".</summary>
    public static string Calibration(Calibration calibration) =>
        calibration.Curve is { } curve ? $"isotonic, {curve.Logits.Count} knots"
        : calibration == Core.Heads.Calibration.Identity ? "none"
        : $"Platt, slope {Number(calibration.Slope)}, intercept {Number(calibration.Intercept)}";

    /// <summary>"Venn-Abers, 12 knots", or "none".</summary>
    public static string Interval(ProbabilityInterval? interval) =>
        interval is null ? "none" : $"Venn-Abers, {interval.Probabilities.Count} knots";

    /// <summary>"384 floats, length 3.210, bias -1.500".</summary>
    public static string Weights(Head head) =>
        $"{head.Weights.Length} floats, length {Number(Length(head))}, bias {Number(head.Bias)}";

    /// <summary>Which sides are certified: "yes+no", "yes", "no", "expired", or "-" for none.</summary>
    public static string Sides(Certificate? certificate, DateTimeOffset now) => certificate switch
    {
        null or { Yes: null, No: null } => "-",
        _ when !certificate.Holds(now) => "expired",
        { Yes: not null, No: not null } => "yes+no",
        { Yes: not null } => "yes",
        _ => "no",
    };

    /// <summary>The same of a head; "described" for one that was made from a description and never decides.</summary>
    public static string Sides(Head head, DateTimeOffset now) =>
        head.Described is null ? Sides(head.Certificate, now) : "described";

    /// <summary>"description, 3 examples", or "answers" for a head that was fitted to answers.</summary>
    public static string Source(Head head) => head.Described is not { } described ? "answers"
        : (described.Text is null ? "" : "description, ") + $"{described.Examples.Length} examples";

    /// <summary>"yes+no, 5% wrong at most, audit, until 2027-02-21".</summary>
    public static string Certificate(Certificate? certificate)
    {
        if (certificate is null or { Yes: null, No: null })
            return "none";
        var end = certificate.Expires is { } expires ? $", until {expires.UtcDateTime:yyyy-MM-dd}" : "";
        return $"{Sides(certificate, DateTimeOffset.MinValue)}, {Percent(certificate.Error)} wrong at most, " +
            $"{Origin(certificate)}, {certificate.Date.UtcDateTime:yyyy-MM-dd}{end}";
    }

    /// <summary>"audit" or "training".</summary>
    public static string Origin(Certificate certificate) =>
        certificate.Origin == CertificateOrigin.Audit ? "audit" : "training";

    /// <summary>Euclidean length of the weights.</summary>
    public static double Length(Head head) => TensorPrimitives.Norm(head.Weights);

    public static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>"5%".</summary>
    public static string Percent(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)}%";
}
