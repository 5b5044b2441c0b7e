using Worker.Core.Messages;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Replaying;

namespace Worker.Replaying;

/// <summary>Turns a dead letter back into its message, with the next attempt number.</summary>
internal static class ReplayedMessage
{
    /// <summary>Key, value and headers, byte for byte, followed by how often it will have been tried.</summary>
    /// <returns>Null if part of it was left out of the dead letter, and the original is gone.</returns>
    public static OutgoingRecord? Of(
        SourceRecord record, DeadLetter letter, string topic, RecordFetch fetch, CancellationToken stop)
    {
        var (source, own) = (record, letter.OriginalHeaders);
        if (letter.Omitted is not null)
        {
            if (fetch.Read(letter.Source.Topic, letter.Source.Partition, letter.Source.Offset, letter.TimestampMs,
                stop) is not { } original)
                return null;
            (source, own) = (original, original.Headers.Length);
        }
        // The attempt header of an earlier replay is not the message's own.
        if (own > 0 && source.Headers[own - 1] is var last
            && string.Equals(last.Name, DeadLetterHeaders.Attempt, StringComparison.Ordinal)
            && DeadLetter.AttemptOf(last.Value) > 1)
            own--;
        return new OutgoingRecord(topic, source.Key, source.Value,
            [.. source.Headers.AsSpan(0, own),
                new RecordHeader(DeadLetterHeaders.Attempt, DeadLetterHeaders.Number(letter.Attempt + 1))]);
    }

    /// <summary>What the record's headers say; null if it is not a dead letter of a worker.</summary>
    public static DeadLetter? Letter(SourceRecord record) =>
        DeadLetter.Read(
            Array.ConvertAll(
                record.Headers, header => new KeyValuePair<string, byte[]?>(header.Name, header.Value)), out _);
}
