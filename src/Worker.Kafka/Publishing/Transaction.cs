using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>The transaction cannot be committed and must be aborted.</summary>
internal sealed class MustAbortException(Error error) : Exception(error.Reason)
{
    public Error Error { get; } = error;
}

/// <summary>
/// The steps of a transaction, each with a time limit. It separates three kinds of error: retriable (the same call
/// again), abortable (<see cref="MustAbortException"/>), and everything else, which is fatal.
/// </summary>
internal sealed partial class Transaction(
    IProducer<byte[]?, byte[]?> producer,
    FatalError fatal,
    LostConnections? lost,
    Heartbeat heartbeat,
    KafkaOptions options,
    ILogger logger,
    TimeProvider clock,
    KafkaClients clients)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TakeOverSlice = TimeSpan.FromSeconds(5);
    private readonly TimeSpan callLimit = TimeSpan.FromMilliseconds(options.TransactionTimeoutMs);
    private readonly TimeSpan giveUp = TimeSpan.FromMilliseconds(options.TransactionGiveUpMs);
    private readonly TimeSpan timeLimit = TimeSpan.FromMilliseconds(options.TransactionTimeoutMs);
    private long? begun;
    private int lostBefore;

    /// <summary>
    /// Whether the last transaction's commit was asked for; until then it cannot have been committed.
    /// </summary>
    public bool CommitAsked { get; private set; }

    /// <summary>Makes this producer the only one with its identity and ends what an earlier one left open.</summary>
    public void TakeOver(CancellationToken stop)
    {
        var identity = options.EffectiveTransactionalId;
        new OutsideRetry($"taking over transactional identity '{identity}' at {options.BootstrapServers}", logger,
            clock, clients.Outages).Run(
            _ =>
            {
                try
                {
                    using var inside = heartbeat.Enter("inside the client library (InitTransactions)", TakeOverSlice);
                    producer.InitTransactions(TakeOverSlice);
                    return true;
                }
                catch (KafkaException error) when (error is not KafkaRetriableException)
                {
                    throw Fatal("InitTransactions", error.Error);
                }
            },
            stop);
    }

    /// <summary>
    /// Discards what an earlier life left undecided although its transaction has ended: a cluster whose brokers were
    /// all down may end a timed-out transaction without telling the partitions (seen with Kafka 4.3). Nobody could read
    /// on from such offsets, and the next commit would commit offsets and records of both. Partitions keep undecided
    /// entries per producer, so an aborted transaction over the same partitions ends them.
    /// </summary>
    /// <param name="topic">One that the group reads; null if there is none yet, and so no offsets.</param>
    /// <param name="group">The group's metadata without membership; null for a producer that commits no offsets.
    /// </param>
    /// <param name="again">Writes the same records to the partitions once more.</param>
    public void Settle(string? topic, IConsumerGroupMetadata? group, Action again, CancellationToken stop)
    {
        Begin();
        try
        {
            if (topic is not null && group is not null)
                SendOffsets([new TopicPartitionOffset(topic, 0, 0)], group, stop);
            again();
        }
        catch (Exception refused) when (refused is MustAbortException or ProduceException<byte[]?, byte[]?>)
        {
            // Entries that were reached by then are ended.
        }
        Abort(new Error(ErrorCode.NoError), stop);
    }

    /// <summary>Local only.</summary>
    public void Begin()
    {
        try
        {
            begun = clock.GetTimestamp();
            CommitAsked = false;
            lostBefore = lost?.Count ?? 0;
            producer.BeginTransaction();
        }
        catch (KafkaException error)
        {
            throw Fatal("BeginTransaction", error.Error);
        }
    }

    public void SendOffsets(List<TopicPartitionOffset> offsets, IConsumerGroupMetadata group, CancellationToken stop) =>
        Step("SendOffsetsToTransaction", limit => producer.SendOffsetsToTransaction(offsets, group, limit), stop);

    /// <summary>Sends what is still queued, waits for all of it, then commits.</summary>
    public void Commit(CancellationToken stop)
    {
        CommitAsked = true;
        Step("CommitTransaction", producer.CommitTransaction, stop);
    }

    /// <summary>Aborts the transaction; <paramref name="cause"/> is for the message if even that fails.</summary>
    public void Abort(Error cause, CancellationToken stop)
    {
        if (cause.IsFatal)
            throw Fatal("the transaction", cause);
        try
        {
            Step("AbortTransaction", producer.AbortTransaction, stop);
        }
        catch (MustAbortException again)
        {
            throw Fatal("AbortTransaction", again.Error);
        }
    }

    /// <summary>
    /// When stopping: tries once. A transaction that stays open is aborted at this worker's next start or at its time
    /// limit.
    /// </summary>
    public void AbortQuietly()
    {
        try
        {
            producer.AbortTransaction(TimeSpan.FromSeconds(2));
        }
        catch (KafkaException)
        {
            // The process is ending, and nothing was committed.
        }
    }

    private void Step(string name, Action<TimeSpan> call, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                Call(name, call);
                return;
            }
            catch (KafkaRetriableException error)
            {
                // A broker has failed in the middle. A fresh producer finds out sooner than this one what that left
                // behind.
                if (lost is not null && lost.Count != lostBefore)
                    throw Unresolved(
                        $"{name} has not ended within {clock.GetElapsedTime(start).TotalSeconds:F0} s, and brokers " +
                        "were lost meanwhile", error.Error);
                // Calling again continues the same step; it is not a second commit.
                if (clock.GetElapsedTime(start) > giveUp)
                    throw Unresolved(
                        $"{name} has not ended within {giveUp.TotalSeconds:F0} s (Kafka:TransactionGiveUpMs)",
                        error.Error);
                stop.WaitHandle.WaitOne(RetryPause);
            }
            catch (KafkaTxnRequiresAbortException error)
            {
                throw new MustAbortException(error.Error);
            }
            catch (KafkaException error)
            {
                throw Fatal(name, error.Error);
            }
        }
    }

    private KafkaFailureException Unresolved(string what, Error error) => new(KafkaFailure.TransactionUnresolved,
        $"{what}: {clients.Redact(error.Reason)}; a fresh producer settles what is open, and reading goes on from " +
        "what is committed");

    /// <summary>
    /// One call into the client. If it exceeds its time limit, a log line says so, and finally the liveness probe
    /// fails.
    /// </summary>
    private void Call(string name, Action<TimeSpan> call)
    {
        var start = clock.GetTimestamp();
        using var late = clock.CreateTimer(
            _ => clients.Say(
                LogLevel.Warning, level =>
                    NotBack(logger, level, name, clock.GetElapsedTime(start).TotalSeconds, callLimit.TotalSeconds)),
            null, 1.5 * callLimit, Timeout.InfiniteTimeSpan);
        using var inside = heartbeat.Enter($"inside the client library ({name})", callLimit);
        call(callLimit);
    }

    /// <summary>
    /// A fence has two causes that look the same: another producer with this identity, or the broker's time limit,
    /// after which the broker aborts and raises the epoch. A transaction younger than the limit (its clock starts
    /// before the broker's) can only have been fenced by another producer.
    /// </summary>
    private KafkaFailureException Fatal(string step, Error error)
    {
        var identity = options.EffectiveTransactionalId;
        error = fatal.Of(error);
        var reason = $"{clients.Redact(error.Reason)} ({error.Code})";
        switch (error.Code)
        {
            case ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch
                or ErrorCode.TransactionCoordinatorFenced
                when begun is { } since && clock.GetElapsedTime(since) >= timeLimit:
                return new KafkaFailureException(KafkaFailure.TransactionTimedOut,
                    $"a transaction was open for {clock.GetElapsedTime(since).TotalSeconds:F1} s, longer than the " +
                    $"{timeLimit.TotalSeconds:F1} s that it may be (Kafka:TransactionTimeoutMs), and the broker " +
                    "aborted it; its messages are read again");
            case ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch
                or ErrorCode.TransactionCoordinatorFenced:
                return new KafkaFailureException(KafkaFailure.Fenced,
                    $"another worker took over the transactional identity '{identity}', so this one ends: give every " +
                    "worker its own Kafka:TransactionalId (or host name), if both were meant to run");
            case ErrorCode.TransactionalIdAuthorizationFailed:
                return new KafkaFailureException(KafkaFailure.Unauthorised,
                    $"this worker may not use the transactional identity '{identity}': grant its user WRITE and " +
                    "DESCRIBE on it");
            case ErrorCode.ClusterAuthorizationFailed:
                return new KafkaFailureException(KafkaFailure.Unauthorised,
                    "this worker may not write idempotently: grant its user IDEMPOTENT_WRITE on the cluster");
            case ErrorCode.InvalidTransactionTimeout:
                return new KafkaFailureException(KafkaFailure.Configuration,
                    $"the broker refuses Kafka:TransactionTimeoutMs ({options.TransactionTimeoutMs}): it must not " +
                    "exceed the broker's transaction.max.timeout.ms (900000 by default)");
            case ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature
                or ErrorCode.UnsupportedForMessageFormat:
                return new KafkaFailureException(KafkaFailure.Fatal,
                    $"{step}: this broker cannot do transactions: {reason}; set Kafka:Delivery to AtLeastOnce");
            default:
                return new KafkaFailureException(KafkaFailure.ProducerBroken,
                    $"{step} failed permanently: {reason}; a fresh producer takes over, and reading goes on from " +
                    "what is committed");
        }
    }

    [LoggerMessage(Message =
        "{Step} has been inside the client library for {Seconds:F0} s although it was given {Limit:F0} s: it waits " +
        "for the coordinator of the group or of transactions. Nothing is lost; if the brokers are well and the " +
        "partitions still do not move, restart this worker")]
    private static partial void NotBack(ILogger logger, LogLevel level, string step, double seconds, double limit);
}
