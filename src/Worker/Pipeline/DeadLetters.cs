using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Core.Messages;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>Turns a message that cannot be processed into its dead letter (docs/contracts.md).</summary>
internal sealed class DeadLetters(string topic, int maxBytes, TimeProvider clock, string version, ILogger log)
{
    /// <summary>The dead letter of a message: its key, value and headers, byte for byte, and why it is one.</summary>
    public OutgoingRecord Build(SourceRecord source, Failure failure)
    {
        var position = new SourcePosition(source.Topic, source.Partition, source.Offset);
        RecordHeader[] headers =
        [
            .. source.Headers,
            .. DeadLetterHeaders.For(position, source.TimestampMs, failure, version, clock.GetUtcNow()).Select(h => new RecordHeader(h.Key, h.Value)),
        ];
        var letter = new OutgoingRecord(topic, source.Key, source.Value, headers);
        if (WindowPublisher.SizeOf(letter) <= maxBytes)
            return letter;
        // The original just fitted and the reasons do not fit beside it: they go without it, and say where it is.
        log.LogError("Dead letter of {Source} goes without its value ({Bytes} bytes): with the failure's headers it is larger than the broker takes", position, source.Value?.Length);
        return letter with
        {
            Value = null,
            Headers = [.. headers, new RecordHeader(DeadLetterHeaders.ValueOmitted, Encoding.UTF8.GetBytes($"{source.Value?.Length} bytes at {position}"))],
        };
    }
}
