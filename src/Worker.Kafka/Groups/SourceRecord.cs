using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>One header of a record; names may repeat.</summary>
public readonly record struct RecordHeader(string Name, byte[]? Value);

/// <summary>
/// One message as Kafka holds it. Key and value are null if Kafka's are (a tombstone's value); null differs from empty.
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

    /// <summary>Milliseconds since 1970-01-01 UTC; -1 if the message has none.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>Bytes of key, value and headers together.</summary>
    internal long Size()
    {
        long size = (Key?.Length ?? 0) + (Value?.Length ?? 0);
        foreach (var header in Headers)
            size += header.Name.Length + (header.Value?.Length ?? 0);
        return size;
    }

    /// <param name="result">A message, not an end of partition.</param>
    /// <param name="topic">Its topic; the client makes a new string for every message, but the caller may reuse
    /// one.</param>
    internal static SourceRecord From(ConsumeResult<byte[]?, byte[]?> result, string topic)
    {
        var message = result.Message;
        return new SourceRecord
        {
            Topic = topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            Key = message.Key,
            Value = message.Value,
            Headers = Plain(message.Headers),
            TimestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? -1 : message.Timestamp.UnixTimestampMs,
        };
    }

    private static RecordHeader[] Plain(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        var plain = new RecordHeader[headers.Count];
        for (var i = 0; i < plain.Length; i++)
            plain[i] = new RecordHeader(headers[i].Key, headers[i].GetValueBytes());
        return plain;
    }
}
