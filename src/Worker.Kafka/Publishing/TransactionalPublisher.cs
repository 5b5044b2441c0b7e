using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Exactly-once. Invariant: a window's records and its offsets become visible together, in one transaction, or not at
/// all; the group's generation goes with the offsets, so a worker that lost its partitions cannot commit them. If it is
/// not known how a transaction ended, a fresh producer with the same identity ends it
/// (<see cref="TransactionRecovery"/>), and the group's offsets show the outcome.
/// </summary>
internal sealed partial class TransactionalPublisher : WindowPublisher
{
    /// <summary>
    /// If this many producers in a row end without a committed window between them, something is permanently wrong.
    /// </summary>
    private const int MaximumRenewals = 5;
    private const int FewRecords = 4_096;
    private readonly KafkaOptions options;
    private readonly TimeProvider clock;
    private readonly KafkaClients clients;
    private readonly ClientLog log;
    private readonly ILogger logger;
    private readonly TransactionRecovery recovery;
    private ProducerLife? current;

    /// <summary>It has not taken over the identity yet.</summary>
    private ProducerLife? fresh;

    /// <summary>
    /// The windows that the last producer left undecided: at most the last acknowledged one, and the one in which it
    /// ended.
    /// </summary>
    private IReadOnlyList<UndecidedWindow> undecided = [];

    /// <summary>
    /// The last window whose commit was acknowledged, until it is known that all partitions have been told. An
    /// acknowledgement says that the commit is decided, but brokers that fail at that moment may forget to tell the
    /// partitions (Kafka 4.3). The coordinator begins the producer's next transaction only after it has told them. So a
    /// transaction that begins without a broken connection in between is proof.
    /// </summary>
    private Acknowledged? acknowledged;

    /// <summary>Its records; one list for all windows.</summary>
    private List<OutgoingRecord> kept = [];

    private int renewals;

    public TransactionalPublisher(GroupSession group)
        : base(group)
    {
        (options, clients, clock) = (group.Options, group.Clients, group.Clock);
        log = clients.Log("Producer");
        logger = group.Loggers.CreateLogger<TransactionalPublisher>();
        recovery = new TransactionRecovery(options, clients, log, logger, clock);
        // Immediately, so that settings that the client refuses are reported before anything is read.
        fresh = NewProducer();
    }

    public override void Start(CancellationToken stop) => Prepare(stop);

    public override void Dispose()
    {
        current?.Dispose();
        fresh?.Dispose();
        base.Dispose();
    }

    private protected override void Prepare(CancellationToken stop)
    {
        while (current is null)
        {
            var life = fresh ?? NewProducer();
            fresh = null;
            try
            {
                life.Connect();
                life.Transaction.TakeOver(stop);
                recovery.Run(life, undecided, Routes, stop);
                undecided = [];
                current = life;
                Group.Outages.Works(byReader: false);
                log.Say(LogLevel.Information, level => Ready(logger, level, options.EffectiveTransactionalId));
            }
            catch (KafkaFailureException failure) when (failure.EndsProducer)
            {
                // A timeout says only that brokers are away, so wait for them as at the start.
                if (failure.Failure == KafkaFailure.ProducerBroken)
                    Count(failure);
                log.Write(LogLevel.Warning, "recovery", failure.Message);
            }
            finally
            {
                if (current is null)
                    life.Dispose();
            }
        }
    }

    private protected override PublishOutcome PublishBegun(
        SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        try
        {
            Transact(current!, window, records, stop);
            renewals = 0;
            return PublishOutcome.Committed;
        }
        catch (KafkaFailureException failure) when (failure.EndsProducer)
        {
            // Until its commit is asked for, records are still being acknowledged.
            End(new UndecidedWindow(
                window, [.. records], current!.Transaction.CommitAsked ? [current.Delivery.Places()] : []));
            Count(failure);
            throw;
        }
    }

    private protected override bool LeftHalfTold(CancellationToken stop)
    {
        if (current is null || !IsHalfToldPerhaps)
            return false;
        if (recovery.IsWhole(acknowledged!.Window, stop))
        {
            Forget();
            return false;
        }
        End();
        return true;
    }

    /// <summary>
    /// Whether a broker was lost since the last window's commit was asked for, and nothing has shown yet that the
    /// window is whole.
    /// </summary>
    private bool IsHalfToldPerhaps => acknowledged is { } last && current!.Lost.Count != last.LostBefore;

    /// <summary>The producer is unusable; the next one handles what it leaves.</summary>
    private void End(params IEnumerable<UndecidedWindow> windows)
    {
        undecided = [.. acknowledged is null ? [] : (UndecidedWindow[])[acknowledged.Window], .. windows];
        (acknowledged, kept) = (null, []);
        current!.Dispose();
        current = null;
    }

    /// <summary>
    /// The next transaction has begun at the coordinator, which proves the last one whole unless a broker was lost.
    /// </summary>
    private void Confirm()
    {
        if (IsHalfToldPerhaps)
            throw HalfTold();
        Forget();
    }

    /// <param name="records">Copied, because the caller reuses the list.</param>
    private void Keep(SourceWindow window, IReadOnlyList<OutgoingRecord> records, int lostBefore)
    {
        kept.AddRange(records);
        acknowledged = new Acknowledged(
            new UndecidedWindow(window, kept, [current!.Delivery.Places()], IsAcknowledged: true), lostBefore);
    }

    private void Forget()
    {
        acknowledged = null;
        kept.Clear();
    }

    private static KafkaFailureException HalfTold() => new(KafkaFailure.ProducerBroken,
        "a broker was lost, perhaps before it told its partitions that the last window is committed; a fresh " +
        "producer makes sure of it, and reading goes on from what is committed");

    /// <summary>Counts one more producer that ended.</summary>
    /// <exception cref="KafkaFailureException">There were too many in a row.</exception>
    private void Count(KafkaFailureException failure)
    {
        if (++renewals > MaximumRenewals)
            throw new KafkaFailureException(
                KafkaFailure.Fatal, $"{renewals} producers in a row committed nothing; the last: {failure.Message}");
    }

    private ProducerLife NewProducer() => new(options, clients, log, logger, clock, Heartbeat, isReplaceable: true);

    private void Transact(
        ProducerLife producer, SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        var index = -1;
        var transaction = producer.Transaction;
        try
        {
            transaction.Begin();
            // The generation is read now, while the ledger holds the partitions.
            var group = Group.Metadata()
                ?? throw new MustAbortException(
                    new Error(ErrorCode.UnknownMemberId, "this worker is no longer a member of its group"));
            // If the coordinator is still busy with the last transaction, the client asks again after 1 ms for offsets
            // and after 20 ms for partitions. So with few records the offsets go first. Handing over many records takes
            // as long, and then the offsets cost no time.
            var few = records.Count <= FewRecords;
            if (few)
                SendOffsets();
            producer.Delivery.Produce(records, Routes, out index, stop);
            if (!few)
                SendOffsets();
            // The client's own flush, inside its commit, checks only every 10 ms: half of a single message's latency.
            producer.Delivery.AwaitAll(stop);
            if (producer.Delivery.HasFailed)
                throw new MustAbortException(producer.Delivery.Failure(records).Error);
            var lostBefore = producer.Lost.Count;
            transaction.Commit(stop);
            Keep(window, records, lostBefore);

            void SendOffsets()
            {
                transaction.SendOffsets(window.Offsets(), group, stop);
                Confirm();
            }
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            throw Aborted(producer, records, refused.Error, index, stop);
        }
        catch (MustAbortException refused) when (transaction.CommitAsked)
        {
            // A broker may have begun to commit, so that is looked up before anything is read again.
            throw new KafkaFailureException(KafkaFailure.ProducerBroken,
                $"a commit was refused: {clients.Redact(refused.Error.Reason)} ({refused.Error.Code}); a fresh " +
                "producer takes over, and reading goes on from what is committed");
        }
        catch (MustAbortException must)
        {
            throw Aborted(producer, records, must.Error, index: -1, stop);
        }
        catch (OperationCanceledException)
        {
            transaction.AbortQuietly();
            throw;
        }
    }

    /// <summary>Aborts, and says what that means for the window.</summary>
    private KafkaFailureException Aborted(
        ProducerLife producer, IReadOnlyList<OutgoingRecord> records, Error error, int index, CancellationToken stop)
    {
        // An abort would also undo the last window in partitions that do not know yet that it is committed.
        if (IsHalfToldPerhaps)
            return HalfTold();
        producer.Transaction.Abort(error, stop);
        // Reports of discarded records must not count against the next window.
        producer.Delivery.AwaitAll(stop);
        // A failed record is the cause; the transaction's own error is a consequence.
        if (producer.Delivery.HasFailed)
            (error, index) = producer.Delivery.Failure(records);
        if (WindowDelivery.IsTooLarge(error.Code) && index >= 0)
            return TooLarge(records, index, "the topic takes");
        return PublishErrors.Permanent(error, records, index, clients)
            ?? new KafkaFailureException(KafkaFailure.TransactionAborted,
                $"a window's transaction was aborted and the window will be read again: {clients.Redact(error.Reason)}",
                index);
    }

    /// <param name="Window">The committed window.</param>
    /// <param name="LostBefore">How many connections the producer had lost before it asked for the commit.</param>
    private sealed record Acknowledged(UndecidedWindow Window, int LostBefore);

    [LoggerMessage(Message = "A fresh producer has the transactional identity '{Identity}'")]
    private static partial void Ready(ILogger logger, LogLevel level, string identity);
}
