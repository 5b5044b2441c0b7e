using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Invariant: an offset is committed only after everything that its message led to is in Kafka; in exactly-once mode
/// together with it, in one transaction per window. Nothing here publishes a record twice: a window that failed is
/// never retried here but read again. One thread calls <see cref="Start"/>, then <see cref="Publish"/> window by window
/// in the order of reading.
/// </summary>
public abstract class WindowPublisher : IDisposable
{
    private protected WindowPublisher(GroupSession group)
    {
        Group = group;
        MessageMaxBytes = group.Options.MessageMaxBytes;
        Heartbeat = new Heartbeat("publish", group.Clock);
        Routes = new KeylessRoutes(group.Options, group.Loggers, group.Clock, group.Outages);
    }

    /// <summary>The largest record that <see cref="Publish"/> takes, by <see cref="SizeOf"/>, in bytes.</summary>
    public int MessageMaxBytes { get; }

    /// <summary>
    /// The heartbeat of the publisher's thread: at rest except in <see cref="Publish"/> and <see cref="Attend"/>.
    /// </summary>
    public Heartbeat Heartbeat { get; }

    private protected GroupSession Group { get; }

    private protected KeylessRoutes Routes { get; }

    /// <summary>The publisher of <see cref="KafkaOptions.Delivery"/>, for windows read in this group session.</summary>
    /// <exception cref="KafkaFailureException">The client refuses the settings.</exception>
    public static WindowPublisher Create(GroupSession group) => group.Options.Delivery == DeliveryMode.ExactlyOnce
        ? new TransactionalPublisher(group)
        : new AcknowledgedPublisher(group);

    /// <summary>
    /// Before the first window, and before the reader's first read: in exactly-once mode takes over the transactional
    /// identity, which aborts what an earlier life left open. Waits for a broker that is not there yet.
    /// </summary>
    /// <exception cref="KafkaFailureException">Stop.</exception>
    public abstract void Start(CancellationToken stop);

    /// <summary>
    /// Called now and then while there is no window. Brokers that failed just after the last window may not have told
    /// all partitions, which would block its readers, and this worker too, until the next window. Blocks while that is
    /// repaired.
    /// </summary>
    /// <exception cref="KafkaFailureException">Stop.</exception>
    /// <exception cref="OperationCanceledException">Stopped in the middle; the next window, or the next start, repairs
    /// it.</exception>
    public void Attend(CancellationToken stop)
    {
        using var attending = Heartbeat.Enter("looking after the last window", TimeSpan.Zero);
        if (LeftHalfTold(stop))
            Recover(stop);
    }

    /// <summary>
    /// Produces the records in their order and commits the window's offsets. Blocks until all of it has ended.
    /// </summary>
    /// <exception cref="KafkaFailureException"> What to do is its <see cref="KafkaFailureException.Action"/>.
    /// Dead-letter: the window must still be published, with another record in place of the one named. Rewind: only
    /// drop stale windows. Stop: exit.
    /// </exception>
    /// <exception cref="OperationCanceledException">Stopped in the middle; the window is not committed.</exception>
    public PublishOutcome Publish(SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        using var publishing = Heartbeat.Enter("publishing a window", TimeSpan.Zero);
        RefuseTooLarge(records);
        Attend(stop);
        if (window.IsStale)
            return PublishOutcome.Abandoned;
        // Steps that may wait for a broker come before partitions are held.
        Prepare(stop);
        using (Heartbeat.Rest())
            Routes.Prepare(window, records, stop);
        if (!Group.Ledger.TryBegin(window))
            return PublishOutcome.Abandoned;
        try
        {
            var outcome = PublishBegun(window, records, stop);
            Group.Ledger.Settle(window);
            if (outcome == PublishOutcome.Committed)
                Group.Outages.Works(byReader: true);
            return outcome;
        }
        catch (KafkaFailureException failure) when (failure.Action == FailureAction.DeadLetter)
        {
            Group.Ledger.Return();
            throw;
        }
        catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
        {
            Group.Outages.Rewound(failure);
            if (failure.EndsProducer)
                Recover(stop);
            else
                Group.Ledger.Abandon();
            Routes.Forget();
            throw;
        }
        catch
        {
            Group.Ledger.Abandon();
            throw;
        }
    }

    /// <summary>An upper bound of what a record takes in a batch of its own, in bytes.</summary>
    public static long SizeOf(in OutgoingRecord record)
    {
        // Record batch header 61, record header at most 36, each header two lengths of at most 5.
        long size = 97 + (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
        foreach (var header in record.Headers ?? [])
            size += 10 + System.Text.Encoding.UTF8.GetMaxByteCount(header.Name.Length) + (header.Value?.Length ?? 0);
        return size;
    }

    public virtual void Dispose() => Routes.Dispose();

    /// <summary>Whether a fresh producer must repair the last window (<see cref="Prepare"/>).</summary>
    private protected virtual bool LeftHalfTold(CancellationToken stop) => false;

    /// <summary>Makes a new producer if the last one was finished; may wait for a broker.</summary>
    private protected abstract void Prepare(CancellationToken stop);

    private protected abstract PublishOutcome PublishBegun(
        SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop);

    private protected static KafkaFailureException TooLarge(
        IReadOnlyList<OutgoingRecord> records, int index, string limit)
    {
        var record = records[index];
        return new KafkaFailureException(KafkaFailure.RecordTooLarge,
            $"record {index} of the window, for topic '{record.Topic}', takes up to {SizeOf(record):N0} bytes, more " +
            $"than {limit}", index);
    }

    private void Recover(CancellationToken stop)
    {
        Group.Outages.Doubt();
        Group.Ledger.BeginRecovery();
        try
        {
            // Immediately, because an open transaction would block every read_committed reader until its time limit.
            Prepare(stop);
        }
        finally
        {
            // Messages read meanwhile began at offsets that the fresh producer may have moved.
            Group.Ledger.EndRecovery();
        }
    }

    private void RefuseTooLarge(IReadOnlyList<OutgoingRecord> records)
    {
        // Before anything is published, so that a record that never fits does not cost the window a transaction.
        for (var i = 0; i < records.Count; i++)
            if (SizeOf(records[i]) > MessageMaxBytes)
                throw TooLarge(records, i, $"Kafka:MessageMaxBytes allows ({MessageMaxBytes:N0})");
    }
}
