using Worker.Core.Messages;
using Worker.Kafka.Clients;
using Worker.Kafka.Publishing;
using Worker.Kafka.Replaying;

namespace Worker.Replaying;

/// <summary>
/// Sends messages back, in transactions of a few hundred. Invariant: messages and the ledger records about them become
/// visible together, or not at all.
/// </summary>
internal sealed class ReplayBatch(
    TransactionalWriter writer, string ledger, string topicId, int maxBytes, TimeProvider clock, ReplayReport report)
{
    private const int MaximumMessages = 500;
    private const long MaximumBytes = 8 << 20;
    private const int Tries = 5;
    private readonly List<Item> items = [];
    private long bytes;

    /// <summary>Takes a message; sends the batch if it is full.</summary>
    public void Add(int partition, long offset, DeadLetter letter, in OutgoingRecord message, CancellationToken stop)
    {
        if (WindowPublisher.SizeOf(message) is var size && size > maxBytes)
        {
            report.Count(letter.Kind, letter.Source.Topic, ReplayOutcome.TooLarge);
            return;
        }
        items.Add(new Item(partition, offset, letter, message));
        bytes += size;
        if (items.Count >= MaximumMessages || bytes >= MaximumBytes)
            Send(stop);
    }

    /// <summary>Sends the batch.</summary>
    /// <exception cref="KafkaFailureException">Nothing of it was sent or will be: run again.</exception>
    public void Send(CancellationToken stop)
    {
        for (var tries = 1; items.Count > 0; tries++)
        {
            try
            {
                writer.Write(Records(), stop);
                foreach (var item in items)
                    report.Count(item.Letter.Kind, item.Letter.Source.Topic, ReplayOutcome.Sent);
                break;
            }
            catch (KafkaFailureException failure)
                when (failure.Failure == KafkaFailure.RecordTooLarge && failure.RecordIndex < items.Count)
            {
                var refused = items[failure.RecordIndex].Letter;
                report.Count(refused.Kind, refused.Source.Topic, ReplayOutcome.TooLarge);
                items.RemoveAt(failure.RecordIndex);
                tries = 0;
            }
            catch (KafkaFailureException failure)
                when (failure.Failure == KafkaFailure.TransactionAborted && tries < Tries)
            {
                // Nothing of it was written: it is sent again.
            }
        }
        items.Clear();
        bytes = 0;
    }

    /// <summary>The messages in their order, then the ledger records: one per partition of the dead letters.</summary>
    private List<OutgoingRecord> Records() =>
    [
        .. items.Select(item => item.Message),
        .. items.GroupBy(item => item.Partition).Select(partition => new OutgoingRecord(
            ledger, null, ReplayLedger.Record(
                topicId, partition.Key, [.. partition.Select(item => item.Offset)], clock.GetUtcNow()))),
    ];

    private readonly record struct Item(int Partition, long Offset, DeadLetter Letter, OutgoingRecord Message);
}
