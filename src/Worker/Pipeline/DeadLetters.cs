using System.Numerics;
using Microsoft.Extensions.Logging;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;

namespace Worker.Pipeline;

/// <summary>
/// Turns a message that cannot be processed into its dead letter (docs/contracts.md). A dead letter always fits: it
/// names the parts that it leaves out as too large for the broker. They are still in the topic where the message came
/// from. One caller at a time.
/// </summary>
/// <param name="group">The consumer group that read the message.</param>
internal sealed class DeadLetters(
    KafkaOptions kafka, string group, int maxBytes, TimeProvider clock, string version, ILogger log)
{
    // Each of these is left out in turn until the letter fits.
    private static readonly string?[] Omissions =
        [null, "value", "headers", "key", "value, headers", "key, value", "key, headers", "key, value, headers"];

    private readonly WorkerIdentity worker = new(group, version);
    private long incomplete;

    /// <summary>The dead letter of a message: its key, value and headers, byte for byte, and why it is one.</summary>
    public OutgoingRecord Build(SourceRecord source, Failure failure)
    {
        var omitted = Omissions[failure.Bare ? ^1 : 0];
        var letter = Letter(source, failure, omitted);
        for (var i = 1; i < Omissions.Length && WindowPublisher.SizeOf(letter) > maxBytes; i++)
            letter = Letter(source, failure, omitted = Omissions[i]);
        // One line at each power of two: the first is logged immediately, and a million do not make a million lines.
        if (omitted is not null && BitOperations.IsPow2(++incomplete))
            log.LogWarning("Dead letter of {Source} is sent without its {Omitted}, because with them the broker " +
                "would not take it: 'worker replay' fetches the original ({Count} such so far)",
                Position(source), omitted, incomplete);
        return letter;
    }

    private OutgoingRecord Letter(SourceRecord source, Failure failure, string? omitted)
    {
        var own = Omits("headers") ? [] : source.Headers;
        var added = DeadLetterHeaders.For(
            Position(source), source.TimestampMs, failure, worker, Attempt(source.Headers), clock.GetUtcNow(), omitted,
            own.Length);
        var headers = new RecordHeader[own.Length + added.Count];
        own.CopyTo(headers, 0);
        for (var i = 0; i < added.Count; i++)
            headers[own.Length + i] = new RecordHeader(added[i].Key, added[i].Value);
        return new OutgoingRecord(
            kafka.Topics.DeadLetters, Omits("key") ? null : source.Key, Omits("value") ? null : source.Value, headers);

        bool Omits(string part) => omitted?.Contains(part, StringComparison.Ordinal) == true;
    }

    private static SourcePosition Position(SourceRecord source) => new(source.Topic, source.Partition, source.Offset);

    private static int Attempt(RecordHeader[] headers)
    {
        for (var i = headers.Length - 1; i >= 0; i--)
            if (string.Equals(headers[i].Name, DeadLetterHeaders.Attempt, StringComparison.Ordinal))
                return DeadLetter.AttemptOf(headers[i].Value);
        return 1;
    }
}
