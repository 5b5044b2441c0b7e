using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;
using Worker.Kafka.Publishing;
using Worker.Kafka.Replaying;
using Worker.Store;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Learner;

/// <summary>
/// Sends what the store holds for Kafka, in its order. One learner at a time does it: it holds a lease, and a
/// transactional identity that keeps an earlier sender, which may wake up late, from writing anything more. A record
/// of the heads topic is signed now, and not when it is written down, so that the key may change meanwhile. Invariant:
/// how far it came is committed in the transaction of the records, and is read before anything more is sent, so that no
/// record is sent twice, wherever a sender dies. One thread.
/// </summary>
internal sealed class OutboxSender(
    LearningStore store, KafkaOptions kafka, int leaseSeconds, StoreRetry retry, ILoggerFactory loggers,
    TimeProvider clock, ILogger log) : IDisposable
{
    private const int BatchRecords = 500;
    private readonly TimeSpan lease = TimeSpan.FromSeconds(leaseSeconds);
    private readonly HeadSignatures signatures = new(kafka);
    private TransactionalWriter? writer;
    private Lease held;

    /// <summary>Sends what is there, if it is this learner's turn; returns how many records went.</summary>
    /// <exception cref="KafkaFailureException">Kafka refuses them for good.</exception>
    public int Send(CancellationToken stop)
    {
        var waiting = retry.Run(() => store.Outbox.Next(0, BatchRecords), stop);
        if (waiting.Count == 0)
            return 0;
        if (retry.Run(() => store.Leases.Take(["outbox"], lease), stop) is not [var mine])
        {
            Close();
            return 0;
        }
        try
        {
            if (writer is null || mine != held)
            {
                Close();
                writer = new TransactionalWriter(kafka.As(kafka.OutboxId, kafka.OutboxId), loggers, clock);
                writer.Start(stop);
                held = mine;
                // Another sender may have got ahead meanwhile, and died before it wrote that down.
                if (writer.LastMark(stop) is { } mark)
                    Sent(mark, stop);
                waiting = retry.Run(() => store.Outbox.Next(0, BatchRecords), stop);
                if (waiting.Count == 0)
                    return 0;
            }
            var last = retry.Run(() => store.Outbox.Mark(waiting[^1].Number), stop);
            writer.Write([.. waiting.Select(one => new OutgoingRecord(
                one.Record.Topic, one.Record.Key, one.Record.Value,
                [.. one.Record.Headers.Select(header => new RecordHeader(header.Key, header.Value)),
                    .. Signature(one.Record)]))], stop, last);
            Sent(last, stop);
            return waiting.Count;
        }
        catch (KafkaFailureException failure) when (failure.Failure is not KafkaFailure.RecordTooLarge
            && failure.Action != FailureAction.Stop || failure.Failure == KafkaFailure.Fenced)
        {
            // Somebody took over, or the brokers did not answer: a fresh writer finds out.
            log.LogInformation("Sending heads and dead letters of answers is tried again: {Reason}", failure.Message);
            Close();
            return 0;
        }
    }

    public void Dispose() => Close();

    private void Sent(long mark, CancellationToken stop) => retry.Run(() =>
    {
        store.Outbox.Sent(mark);
        return true;
    }, stop);

    private RecordHeader[] Signature(OutboxRecord record) =>
        record.Topic == kafka.Topics.Heads ? signatures.Sign(record.Key, record.Value) : [];

    private void Close()
    {
        writer?.Dispose();
        writer = null;
    }
}
