namespace Worker.Kafka.Reading;

/// <summary>One header of a record; names may repeat.</summary>
public readonly record struct RecordHeader(string Name, byte[]? Value);

/// <summary>
/// One message as Kafka holds it. Key and value are null where Kafka's are (a tombstone's value), which differs from empty.
/// </summary>
public sealed class SourceRecord
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    public required byte[]? Key { get; init; }

    public required byte[]? Value { get; init; }

    /// <summary>In the order of the message; never null.</summary>
    public required RecordHeader[] Headers { get; init; }

    /// <summary>Milliseconds since 1970-01-01 UTC; -1 where the message has none.</summary>
    public required long TimestampMs { get; init; }
}
