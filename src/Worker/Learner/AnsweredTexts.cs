using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Kafka.Replaying;
using Worker.Store;

namespace Worker.Learner;

/// <summary>
/// Texts of messages that answers name by their place: from the store, else from Kafka, read as the classifying worker
/// reads them. One thread.
/// </summary>
internal sealed class AnsweredTexts(
    LearningStore store, KafkaOptions kafka, InputOptions input, ILoggerFactory loggers, TimeProvider clock)
    : IDisposable
{
    private readonly RecordFetch fetch = new(kafka, loggers, clock);
    private readonly TextDecoder decoder = new(input);

    /// <summary>
    /// The text; null where the message is gone, or holds none. Brokers that are away are waited for.
    /// </summary>
    public string? Of(SourcePosition message, CancellationToken stop)
    {
        if (store.Examples.TextOf(message) is { } known)
            return known;
        var record = fetch.WaitFor(message.Topic, message.Partition, message.Offset, timestampMs: null, stop);
        return record is null || decoder.Decode(record.Value, out var text) is not null
            ? null
            : Encoding.UTF8.GetString(text);
    }

    public void Dispose() => fetch.Dispose();
}
