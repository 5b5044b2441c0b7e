using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Worker.Core.Heads;

/// <summary>
/// The JSON contract of one head: the value of a record on the compacted heads topic and a line of a heads file.
/// <code>
/// {"label":"spam","version":2,"encoder":"3fa2…","feature":"mean","weights":"base64 of little-endian f32","bias":-1.5,
///  "calibration":{"method":"platt","slope":1.1,"intercept":0.2},"thresholds":{"low":0.3,"decide":0.5,"high":0.7},
///  "training":{"positives":120,"negatives":900,"validation_f1":0.91,"validation_log_loss":0.08},"parent":1}
/// </code>
/// Calibration may also be {"method":"isotonic","logits":[…],"probabilities":[…]}, the knots of a rising line; an
/// interval
/// {"method":"venn-abers","p":[…],"low":[…],"high":[…]} says for calibrated probabilities how far they can be trusted.
/// Calibration (identity), interval, thresholds (a half), certificate (see <see cref="CertificateRecord"/>), group (the
/// label's exclusive group), described ({"description":"…","examples":["…"]}: what a head that never decides was made
/// from), training, parent and canary (a canary's share of messages) may be absent; fields not named here are ignored,
/// so that a later version's records can still be read. A head read back equals the one written, bit for bit.
/// </summary>
public static class HeadJson
{
    /// <summary>The head as UTF-8 JSON on one line, without a line break.</summary>
    /// <exception cref="HeadFormatException">A number is not finite: JSON has no form for it.</exception>
    public static byte[] Serialize(Head head) =>
        JsonSerializer.SerializeToUtf8Bytes(ToRecord(head), HeadRecordContext.Readable.HeadRecord);

    /// <summary>Writes the head as <see cref="Serialize"/> does, into the caller's buffer.</summary>
    /// <exception cref="HeadFormatException">A number is not finite: JSON has no form for it.</exception>
    public static void Write(IBufferWriter<byte> output, Head head)
    {
        using var writer = new Utf8JsonWriter(
            output, new JsonWriterOptions { Encoder = HeadRecordContext.Readable.Options.Encoder });
        JsonSerializer.Serialize(writer, ToRecord(head), HeadRecordContext.Readable.HeadRecord);
    }

    /// <summary>Reads one head.</summary>
    /// <exception cref="HeadFormatException">The record is not a head; the message names the field.</exception>
    public static Head Parse(ReadOnlySpan<byte> json)
    {
        HeadRecord record;
        try
        {
            record = JsonSerializer.Deserialize(json, HeadRecordContext.Readable.HeadRecord)
                ?? throw new HeadFormatException(
                    "$", "is null: on the heads topic a retired label is an empty value, in a file leave the line out");
        }
        catch (JsonException broken)
        {
            throw new HeadFormatException(FieldOf(broken), "is malformed: " + Reason(broken), broken);
        }
        return FromRecord(record);
    }

    private static HeadRecord ToRecord(Head head)
    {
        Finite(head, "bias", head.Bias);
        Finite(head, "calibration.slope", head.Calibration.Slope);
        Finite(head, "calibration.intercept", head.Calibration.Intercept);
        Finite(head, "thresholds.low", head.Thresholds.Low);
        Finite(head, "thresholds.decide", head.Thresholds.Decide);
        Finite(head, "thresholds.high", head.Thresholds.High);
        Finite(head, "canary", head.CanaryShare ?? 0);
        Finite(head, "certificate.error", head.Certificate?.Error ?? 0);
        Finite(head, "certificate.delta", head.Certificate?.Delta ?? 0);
        Finite(head, "training.validation_f1", head.Training?.ValidationF1 ?? 0);
        Finite(head, "training.validation_log_loss", head.Training?.ValidationLogLoss ?? 0);
        return new HeadRecord
        {
            Label = head.Label,
            Version = head.Version,
            Encoder = head.Encoder,
            Feature = head.Feature,
            Weights = ToBytes(head.Weights),
            Bias = head.Bias,
            Calibration = CalibrationJson.ToRecord(head.Calibration),
            Interval = CalibrationJson.ToRecord(head.Interval),
            Thresholds = new()
            {
                Low = head.Thresholds.Low,
                Decide = head.Thresholds.Decide,
                High = head.Thresholds.High,
            },
            Certificate = CertificateRecord.From(head.Certificate),
            Group = head.Group,
            Described = head.Described is { } described
                ? new() { Description = described.Text, Examples = [.. described.Examples] }
                : null,
            Training = head.Training is { } training
                ? new()
                {
                    Positives = training.Positives,
                    Negatives = training.Negatives,
                    ValidationF1 = training.ValidationF1,
                    ValidationLogLoss = training.ValidationLogLoss,
                }
                : null,
            Parent = head.Parent,
            Canary = head.CanaryShare,
        };
    }

    private static Head FromRecord(HeadRecord record) => new()
    {
        Label = Text(record.Label, "label"),
        Version = record.Version switch
        {
            null => throw Missing("version"),
            < 1 => throw new HeadFormatException("version", $"is {record.Version}: a label's first head has version 1"),
            { } version => version,
        },
        Encoder = Text(record.Encoder, "encoder"),
        Feature = Text(record.Feature, "feature"),
        Weights = ToFloats(record.Weights ?? throw Missing("weights")),
        Bias = FiniteFloat(record.Bias ?? throw Missing("bias"), "bias"),
        Calibration = record.Calibration is { } calibration
            ? CalibrationJson.FromRecord(calibration)
            : Calibration.Identity,
        Interval = record.Interval is { } interval ? CalibrationJson.FromRecord(interval) : null,
        Thresholds = record.Thresholds is { } thresholds ? ToThresholds(thresholds) : Thresholds.Half,
        Certificate = record.Certificate?.ToCertificate(),
        Group = record.Group is null ? null : Text(record.Group, "group"),
        Described = record.Described is { } described ? ToDescription(described) : null,
        Training = record.Training is { } training
            ? new TrainingSummary(
                training.Positives ?? throw Missing("training.positives"),
                training.Negatives ?? throw Missing("training.negatives"),
                training.ValidationF1,
                training.ValidationLogLoss)
            : null,
        Parent = record.Parent,
        CanaryShare = record.Canary is null or (> 0 and < 1)
            ? record.Canary
            : throw new HeadFormatException(
                "canary", $"is {record.Canary}: a share of messages is above 0 and below 1"),
    };

    private static LabelDescription ToDescription(DescribedRecord record)
    {
        var description = new LabelDescription(record.Description, [.. record.Examples ?? []]);
        return description.PseudoExamples.Any() && description.PseudoExamples.All(text => text is not null)
            ? description
            : throw new HeadFormatException("described", "has no description and no examples, or a null among them");
    }

    private static Thresholds ToThresholds(ThresholdsRecord record) => new(
        record.Low ?? throw Missing("thresholds.low"),
        record.Decide ?? throw Missing("thresholds.decide"),
        record.High ?? throw Missing("thresholds.high"));

    private static byte[] ToBytes(float[] weights)
    {
        var bytes = new byte[weights.Length * sizeof(float)];
        for (var i = 0; i < weights.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(
                bytes.AsSpan(i * sizeof(float)), BitConverter.SingleToInt32Bits(weights[i]));
        return bytes;
    }

    private static float[] ToFloats(byte[] bytes)
    {
        if (bytes.Length == 0 || bytes.Length % sizeof(float) != 0)
            throw new HeadFormatException(
                "weights",
                $"holds {bytes.Length} bytes, which is not a whole number of 4-byte floats: the record is damaged");
        var weights = new float[bytes.Length / sizeof(float)];
        if (BitConverter.IsLittleEndian)
            bytes.CopyTo(MemoryMarshal.AsBytes(weights.AsSpan()));
        else
            for (var i = 0; i < weights.Length; i++)
                weights[i] = BitConverter.Int32BitsToSingle(
                    BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(float))));
        return weights;
    }

    private static string Text(string? value, string field) => value switch
    {
        null => throw Missing(field),
        "" => throw new HeadFormatException(field, "is empty"),
        _ => value,
    };

    private static float FiniteFloat(float value, string field) =>
        float.IsFinite(value) ? value : throw new HeadFormatException(field, "is too large for a 32-bit float");

    private static void Finite(Head head, string field, double value)
    {
        if (!double.IsFinite(value))
            throw new HeadFormatException(
                field, $"of head '{head.Label}' v{head.Version} is {value}, which JSON cannot hold: the head is " +
                    "damaged, train it again");
    }

    internal static HeadFormatException Missing(string field) => new(field, "is missing");

    /// <summary>"$.calibration.slope" becomes "calibration.slope".</summary>
    private static string FieldOf(JsonException broken) => broken.Path switch
    {
        null or "" or "$" => "$",
        ['$', '.', .. var field] => field,
        _ => broken.Path,
    };

    /// <summary>The serialiser's own message without the position, which it appends in its own form.</summary>
    private static string Reason(JsonException broken)
    {
        var end = broken.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? broken.Message : broken.Message[..end];
    }
}

/// <summary>A record that is not a head; the message names the field and what is wrong with it.</summary>
public sealed class HeadFormatException : FormatException
{
    public HeadFormatException(string field, string reason, Exception? inner = null)
        : base(field == "$" ? $"the head record {reason}" : $"the head record's field '{field}' {reason}", inner) =>
            Field = field;

    /// <summary>Path of the field, e.g. <c>calibration.slope</c>; <c>$</c> for the record as a whole.</summary>
    public string Field { get; }
}
