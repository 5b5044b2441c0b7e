using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Worker.Core.Heads;

/// <summary>
/// The JSON shape of a head, as the serialiser sees it. Everything is nullable here so that <see cref="HeadJson"/> can
/// say which field is missing instead of defaulting it.
/// </summary>
internal sealed class HeadRecord
{
    public string? Label { get; init; }

    public int? Version { get; init; }

    public string? Encoder { get; init; }

    public string? Feature { get; init; }

    /// <summary>Little-endian f32, one after the other; base64 in JSON, so that no bit is lost on the way.</summary>
    public byte[]? Weights { get; init; }

    public float? Bias { get; init; }

    public CalibrationRecord? Calibration { get; init; }

    public IntervalRecord? Interval { get; init; }

    public ThresholdsRecord? Thresholds { get; init; }

    public CertificateRecord? Certificate { get; init; }

    public string? Group { get; init; }

    public DescribedRecord? Described { get; init; }

    public TrainingRecord? Training { get; init; }

    public int? Parent { get; init; }

    public double? Canary { get; init; }
}

internal sealed class CalibrationRecord
{
    public string? Method { get; init; }

    public double? Slope { get; init; }

    public double? Intercept { get; init; }

    public double[]? Logits { get; init; }

    public double[]? Probabilities { get; init; }
}

internal sealed class IntervalRecord
{
    public string? Method { get; init; }

    public double[]? P { get; init; }

    public double[]? Low { get; init; }

    public double[]? High { get; init; }
}

internal sealed class ThresholdsRecord
{
    public double? Low { get; init; }

    public double? Decide { get; init; }

    public double? High { get; init; }
}

internal sealed class DescribedRecord
{
    public string? Description { get; init; }

    public string[]? Examples { get; init; }
}

internal sealed class TrainingRecord
{
    public int? Positives { get; init; }

    public int? Negatives { get; init; }

    public double? ValidationF1 { get; init; }

    public double? ValidationLogLoss { get; init; }
}

/// <summary>Source-generated serialiser of <see cref="HeadRecord"/>: no reflection at run time.</summary>
[JsonSerializable(typeof(HeadRecord))]
internal sealed partial class HeadRecordContext : JsonSerializerContext
{
    /// <summary>
    /// Keeps labels of any language readable in a heads file: JSON's own default escapes all but ASCII.
    /// </summary>
    public static HeadRecordContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
