using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Worker.Core.Messages;

/// <summary>The parsed headers of a dead letter.</summary>
/// <param name="Source">Where the message came from.</param>
/// <param name="TimestampMs">Its Kafka timestamp, in ms since 1970; -1 if it had none.</param>
/// <param name="Kind">The kind of failure, by name, because another version of the worker may know other kinds.</param>
/// <param name="Reason">The reason, for a person.</param>
/// <param name="Stage">Where it failed.</param>
/// <param name="Attempt">How often it was tried, from 1.</param>
/// <param name="FailedAt">When.</param>
/// <param name="Omitted">Which of key, value and headers were left out; null for none.</param>
/// <param name="OriginalHeaders">How many headers, from the first, are the message's own.</param>
public sealed record DeadLetter(
    SourcePosition Source, long TimestampMs, string Kind, string Reason, string Stage, int Attempt,
    DateTimeOffset FailedAt, string? Omitted, int OriginalHeaders)
{
    /// <summary>Reads a dead letter that a worker wrote.</summary>
    /// <param name="headers">All its headers, in their order.</param>
    /// <param name="problem">If it is not a dead letter: what is missing.</param>
    /// <returns>Null if it is not a dead letter.</returns>
    public static DeadLetter? Read(IReadOnlyList<KeyValuePair<string, byte[]?>> headers, out string problem)
    {
        problem = "";
        var count = Find(headers, DeadLetterHeaders.OriginalHeaders, 0) is { } value ? Number(value) : null;
        if (count is not { } own || own < 0 || own >= headers.Count
            || !string.Equals(headers[own].Key, DeadLetterHeaders.Topic, StringComparison.Ordinal))
        {
            problem =
                $"header {DeadLetterHeaders.OriginalHeaders} is missing or does not say where the message's own " +
                "headers end";
            return null;
        }
        // Only the headers after the message's own, because the message may have been a dead letter before.
        byte[]? Header(string name) => Find(headers, name, own);
        if (Header(DeadLetterHeaders.Topic) is not { Length: > 0 } topic
            || Header(DeadLetterHeaders.Partition) is not { Length: sizeof(int) } partition
            || Header(DeadLetterHeaders.Offset) is not { Length: sizeof(long) } offset
            || Header(DeadLetterHeaders.Timestamp) is not { Length: sizeof(long) } timestamp
            || Header(DeadLetterHeaders.Kind) is not { } kind
            || Header(DeadLetterHeaders.Attempt) is not { } tried || Number(tried) is not { } attempt)
        {
            problem = "a header that says where it came from, its kind or its attempt is missing or malformed";
            return null;
        }
        return new DeadLetter(
            new SourcePosition(Text(topic), BinaryPrimitives.ReadInt32BigEndian(partition),
                BinaryPrimitives.ReadInt64BigEndian(offset)),
            BinaryPrimitives.ReadInt64BigEndian(timestamp), Text(kind), Text(Header(DeadLetterHeaders.Reason)), Text(
                Header(DeadLetterHeaders.Stage)),
            attempt, Time(Text(Header(DeadLetterHeaders.Time))), Header(DeadLetterHeaders.Omitted) is { } omitted
                ? Text(omitted)
                : null, own);
    }

    /// <summary>How often a message was tried, by the last of its own attempt headers: 1 if none is a number.</summary>
    public static int AttemptOf(byte[]? header) =>
        header is not null && Number(header) is > 1 and var attempt ? attempt : 1;

    /// <summary>The last header of a name, from an index on.</summary>
    private static byte[]? Find(IReadOnlyList<KeyValuePair<string, byte[]?>> headers, string name, int from)
    {
        for (var i = headers.Count - 1; i >= from; i--)
            if (string.Equals(headers[i].Key, name, StringComparison.Ordinal))
                return headers[i].Value;
        return null;
    }

    private static int? Number(byte[] text) =>
        Utf8Parser.TryParse(text, out int number, out var read) && read == text.Length ? number : null;

    private static string Text(byte[]? text) => Encoding.UTF8.GetString(text ?? []);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time
            : DateTimeOffset.UnixEpoch;
}
