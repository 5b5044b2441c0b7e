using System.Text;
using Worker.Core.Health;
using Worker.Core.Messages;
using Worker.Kafka.Groups;
using Worker.Kafka.Replaying;
using Worker.Store;

namespace Worker.Learner;

/// <summary>
/// Texts of messages that answers name by their place: from the store, else from Kafka, read as the classifying worker
/// reads them. One thread.
/// </summary>
/// <param name="store">Where texts of earlier answers are.</param>
/// <param name="fetch">Where the others are; disposed of here.</param>
/// <param name="input">How a message becomes a text.</param>
/// <param name="heartbeat">Of the calling thread.</param>
internal sealed class AnsweredTexts(
    LearningStore store, RecordFetch fetch, InputOptions input, Heartbeat heartbeat)
    : IDisposable
{
    private readonly TextDecoder decoder = new(input);

    /// <summary>
    /// The text; null where the message is gone, or holds none. Brokers that are away are waited for.
    /// </summary>
    public string? Of(SourcePosition message, CancellationToken stop)
    {
        if (store.Examples.TextOf(message) is { } known)
            return known;
        SourceRecord? record;
        using (heartbeat.Rest())
            record = fetch.WaitFor(message.Topic, message.Partition, message.Offset, timestampMs: null, stop);
        return record is null || decoder.Decode(record.Value, out var text) is not null
            ? null
            : Encoding.UTF8.GetString(text);
    }

    public void Dispose() => fetch.Dispose();
}
