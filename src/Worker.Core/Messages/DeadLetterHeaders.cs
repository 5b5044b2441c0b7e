using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Worker.Core.Messages;

/// <summary>
/// The headers that a dead letter carries after its original ones. The kafka_dlt-* names and encodings are Spring for
/// Apache Kafka's (partition: int32, offset and timestamp: int64, all big-endian), so that its tools read them; the
/// rest is text. A message that was a dead letter before already has such headers. They stay in their place, and of
/// equal names the last counts; <see cref="OriginalHeaders"/> says where the message's own end.
/// </summary>
public static class DeadLetterHeaders
{
    public const string Topic = "kafka_dlt-original-topic";
    public const string Partition = "kafka_dlt-original-partition";
    public const string Offset = "kafka_dlt-original-offset";
    public const string Timestamp = "kafka_dlt-original-timestamp";
    public const string Group = "kafka_dlt-original-consumer-group";
    public const string Kind = "kafka_dlt-exception-fqcn";
    public const string Reason = "kafka_dlt-exception-message";
    public const string Stage = "worker-stage";

    /// <summary>
    /// How often the message was tried, this time included. Replaying adds this header, one higher, to the message
    /// itself.
    /// </summary>
    public const string Attempt = "worker-attempt";

    public const string Version = "worker-version";
    public const string Time = "worker-failed-at";

    /// <summary>
    /// Only on a dead letter that would be too large for the broker: which of key, value and headers were left out.
    /// </summary>
    public const string Omitted = "worker-omitted";

    /// <summary>
    /// How many headers, from the first, are the message's own. The last header of every dead letter.
    /// </summary>
    public const string OriginalHeaders = "worker-original-headers";

    /// <summary>
    /// Longer reasons are cut, in characters, so that a reason alone cannot make a dead letter too large.
    /// </summary>
    public const int MaximumReason = 1000;

    /// <summary>The headers of one dead letter.</summary>
    /// <param name="source">Where the message came from.</param>
    /// <param name="timestampMs">Its Kafka timestamp, in ms since 1970.</param>
    /// <param name="failure">What was wrong.</param>
    /// <param name="worker">The worker that failed on it.</param>
    /// <param name="attempt">How often it was tried.</param>
    /// <param name="now">When it failed.</param>
    /// <param name="omitted">What is left out, or null.</param>
    /// <param name="originalHeaders">How many headers come before these.</param>
    public static IReadOnlyList<KeyValuePair<string, byte[]>> For(
        SourcePosition source, long timestampMs, Failure failure, WorkerIdentity worker, int attempt,
        DateTimeOffset now, string? omitted, int originalHeaders)
    {
        var headers = new List<KeyValuePair<string, byte[]>>(13)
        {
            new(Topic, Text(source.Topic)),
            new(Partition, Int32(source.Partition)),
            new(Offset, Int64(source.Offset)),
            new(Timestamp, Int64(timestampMs)),
            new(Group, Text(worker.Group)),
            new(Kind, Text(failure.Kind.ToString())),
            new(Reason, Text(Cut(failure.Reason))),
            new(Stage, Text(failure.Stage)),
            new(Attempt, Number(attempt)),
            new(Version, Text(worker.Version)),
            new(Time, Text(now.ToString("O", CultureInfo.InvariantCulture))),
        };
        if (omitted is not null)
            headers.Add(new(Omitted, Text(omitted)));
        headers.Add(new(OriginalHeaders, Number(originalHeaders)));
        return headers;
    }

    /// <summary>A number as the text headers write it.</summary>
    public static byte[] Number(int value) => Text(value.ToString(CultureInfo.InvariantCulture));

    private static string Cut(string reason) =>
        reason.Length <= MaximumReason ? reason : reason[..(MaximumReason - 1)] + "…";

    // A lone surrogate becomes U+FFFD, because a reason may quote anything.
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

/// <summary>The worker that failed on a message.</summary>
/// <param name="Group">Its consumer group.</param>
/// <param name="Version">Its version.</param>
public sealed record WorkerIdentity(string Group, string Version);
