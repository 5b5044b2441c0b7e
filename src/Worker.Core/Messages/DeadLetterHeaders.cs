using System.Buffers.Binary;
using System.Text;

namespace Worker.Core.Messages;

/// <summary>
/// The headers that a dead letter carries besides its original ones. The names and encodings of the first six are
/// Spring for Apache Kafka's (partition: int32, offset and timestamp: int64, all big-endian), so that its tools read
/// them; the rest is text.
/// </summary>
public static class DeadLetterHeaders
{
    public const string Topic = "kafka_dlt-original-topic";
    public const string Partition = "kafka_dlt-original-partition";
    public const string Offset = "kafka_dlt-original-offset";
    public const string Timestamp = "kafka_dlt-original-timestamp";
    public const string Kind = "kafka_dlt-exception-fqcn";
    public const string Reason = "kafka_dlt-exception-message";
    public const string Version = "worker-version";
    public const string Time = "worker-failed-at";

    /// <summary>Only on a dead letter that would be larger than the broker takes: its value is left out, and where it is.</summary>
    public const string ValueOmitted = "worker-value-omitted";

    /// <summary>The headers of one dead letter.</summary>
    /// <param name="source">Where the message came from.</param>
    /// <param name="timestampMs">Its Kafka timestamp, in ms since 1970.</param>
    /// <param name="failure">What was wrong.</param>
    /// <param name="version">This worker's version.</param>
    /// <param name="now">When it failed.</param>
    public static IReadOnlyList<KeyValuePair<string, byte[]>> For(
        SourcePosition source, long timestampMs, Failure failure, string version, DateTimeOffset now) =>
    [
        new(Topic, Text(source.Topic)),
        new(Partition, Int32(source.Partition)),
        new(Offset, Int64(source.Offset)),
        new(Timestamp, Int64(timestampMs)),
        new(Kind, Text(failure.Kind.ToString())),
        new(Reason, Text(failure.Reason)),
        new(Version, Text(version)),
        new(Time, Text(now.ToString("O"))),
    ];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
