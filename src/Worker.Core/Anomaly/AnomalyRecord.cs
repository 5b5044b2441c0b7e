using System.Text.Json.Serialization;

namespace Worker.Core.Anomaly;

/// <summary>
/// The JSON header of a stored reference; nullable so that <see cref="AnomalyFormat"/> can name missing fields.
/// </summary>
internal sealed class AnomalyRecord
{
    public int? Format { get; init; }

    public string? Encoder { get; init; }

    public int? Texts { get; init; }

    public int? Classes { get; init; }

    public IReadOnlyList<ChannelRecord>? Channels { get; init; }

    /// <summary>The position of each tensor, by name.</summary>
    public IReadOnlyDictionary<string, TensorRecord>? Tensors { get; init; }
}

internal sealed class ChannelRecord
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? Features { get; init; }

    public int? Width { get; init; }

    public int? Neighbours { get; init; }

    /// <summary>95% quantile of held-out values.</summary>
    public float? Threshold { get; init; }

    /// <summary>Mean excess over it.</summary>
    public float? Excess { get; init; }
}

internal sealed class TensorRecord
{
    public string? Type { get; init; }

    /// <summary>Bytes from the end of the header.</summary>
    public int? Offset { get; init; }

    /// <summary>Numbers.</summary>
    public int? Count { get; init; }
}

[JsonSerializable(typeof(AnomalyRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class AnomalyRecordContext : JsonSerializerContext;
