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
/// a record leaves the store when it was seen on its topic, and a fresh sender looks before it sends, so that none is
/// lost or there twice, wherever a sender or a broker dies. One thread.
/// </summary>
internal sealed class OutboxSender(
    LearningStore store, KafkaOptions kafka, int leaseSeconds, StoreCalls calls, ILoggerFactory loggers,
    TimeProvider clock, ILogger log, OutageLog? outages = null) : IDisposable
{
    private const int BatchRecords = 500;
    private readonly TimeSpan lease = TimeSpan.FromSeconds(leaseSeconds);
    private readonly HeadSignatures signatures = new(kafka);
    private NamedWriter? writer;
    private Lease held;

    /// <summary>Sends what is there, if it is this learner's turn; returns how many records went.</summary>
    /// <exception cref="KafkaFailureException">Kafka refuses them for good.</exception>
    public int Send(CancellationToken stop)
    {
        var waiting = calls.Run(() => store.Outbox.Next(BatchRecords), stop);
        if (waiting.Count == 0)
            return 0;
        if (calls.Run(() => store.Leases.Take(["outbox"], lease), stop) is not [var mine])
        {
            Close();
            return 0;
        }
        try
        {
            if (writer is null || mine != held)
            {
                Close();
                writer = new NamedWriter(
                    kafka.As(kafka.OutboxId), loggers, clock, calls.Heartbeat, outages);
                writer.Start(stop);
                held = mine;
                // Another sender may have got ahead meanwhile, and died before it wrote that down.
                waiting = calls.Run(() => store.Outbox.Next(BatchRecords), stop);
                if (waiting.Count == 0)
                    return 0;
                var there = writer.Find([.. waiting.Select(Named)], waiting.Min(one => one.Made), stop);
                Sent(waiting.Where(one => there.Contains(one.Name)), stop);
                waiting = [.. waiting.Where(one => !there.Contains(one.Name))];
                if (waiting.Count == 0)
                    return 0;
            }
            writer.Write([.. waiting.Select(Named)], stop);
            Sent(waiting, stop);
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

    private void Sent(IEnumerable<WaitingRecord> records, CancellationToken stop) => calls.Run(() =>
    {
        store.Outbox.Sent(records);
        return true;
    }, stop);

    private NamedRecord Named(WaitingRecord one) => new(one.Name, new OutgoingRecord(
        one.Record.Topic, one.Record.Key, one.Record.Value,
        [
            .. one.Record.Headers.Select(header => new RecordHeader(header.Key, header.Value)),
            .. Signature(one.Record),
        ]));

    private RecordHeader[] Signature(OutboxRecord record) =>
        record.Topic == kafka.Topics.Heads ? signatures.Sign(record.Key, record.Value) : [];

    private void Close()
    {
        writer?.Dispose();
        writer = null;
    }
}
