using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// What a fresh producer, once it has the identity, does about the transaction in which the last one ended. Brokers
/// that failed in the middle of it may have ended it differently in different partitions (Kafka 4.3).
/// </summary>
internal sealed partial class TransactionRecovery(
    KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan CoordinatorPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);

    /// <param name="life">It has taken over the identity.</param>
    /// <param name="undecided">Windows that the last producer left undecided, in their order; none if it ended in
    /// another process.</param>
    /// <param name="routes">The publisher's routes; they are set for these windows here, so the next window must set
    /// them again.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="KafkaFailureException">This producer has ended too.</exception>
    public void Run(
        ProducerLife life, IReadOnlyList<UndecidedWindow> undecided, KeylessRoutes routes, CancellationToken stop)
    {
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), log);
        MeetCoordinator(outsider);
        var before = undecided.FirstOrDefault(window => window.IsAcknowledged) is { } acknowledged
            ? CommittedNow(outsider, acknowledged.Window)
            : null;
        // 1. Transactions that have ended but were not told to every partition: nobody could read beyond them.
        Settle(life, undecided, routes, outsider.ConsumerGroupMetadata, stop);
        // 2. Windows that were committed in part.
        foreach (var window in undecided.Where(window => window.CommitAsked))
            if (LookUp(window, outsider, CommittedReader.Patience(options), stop) is var (seen, committed)
                && window.Missing(seen, committed, window.IsAcknowledged ? before : null) is { IsEmpty: false } rest)
                Finish(life, window, rest, routes, outsider.ConsumerGroupMetadata, stop);
    }

    /// <summary>
    /// Whether a window whose commit was acknowledged is visible everywhere, and its offsets are committed. False also
    /// if that cannot be seen soon.
    /// </summary>
    public bool IsWhole(UndecidedWindow acknowledged, CancellationToken stop)
    {
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), log);
        return LookUp(acknowledged, outsider, ShortPatience, stop) is var (seen, committed)
            && acknowledged.IsWhole(seen, committed);
    }

    /// <summary>
    /// Retries while a partition cannot be reached: it may be one that was not told, and nothing can be written to it
    /// anyway.
    /// </summary>
    private void Settle(
        ProducerLife life, IReadOnlyList<UndecidedWindow> windows, KeylessRoutes routes, IConsumerGroupMetadata group,
        CancellationToken stop)
    {
        // Questions to brokers come before the transaction.
        foreach (var window in windows)
            routes.Prepare(window.Window, window.Records, stop);
        var source = life.AnySource(windows);
        for (var tries = 1; ; tries++)
        {
            Error? unreached = null;
            life.Transaction.Settle(source, group, WriteAgain, stop);
            if (unreached is null)
                return;
            if (tries == 1)
            {
                var reason = clients.Redact(unreached.Reason);
                log.Say(LogLevel.Warning, level => Waiting(logger, level, reason));
            }
            stop.ThrowIfCancellationRequested();

            void WriteAgain()
            {
                foreach (var window in windows)
                {
                    Write(life, window.Window, window.Records, routes, stop);
                    if (life.Delivery.HasFailed
                        && life.Delivery.Failure(window.Records).Error is { Code: ErrorCode.Local_MsgTimedOut } error)
                        unreached = error;
                }
            }
        }
    }

    private static void Write(ProducerLife life, SourceWindow window, IReadOnlyList<OutgoingRecord> records,
        KeylessRoutes routes, CancellationToken stop)
    {
        routes.Prepare(window, records, stop);
        life.Delivery.Produce(records, routes, out _, stop);
        life.Delivery.AwaitAll(stop);
    }

    /// <summary>
    /// A cluster creates a coordinator with its first group. A producer that comes too early would ask again only after
    /// its call has timed out.
    /// </summary>
    private void MeetCoordinator(IConsumer<byte[]?, byte[]?> outsider)
    {
        try
        {
            // For a partition that no topic has, so that no open transaction delays the answer.
            outsider.Committed([new TopicPartition(options.Topics.Results, int.MaxValue)], CoordinatorPatience);
        }
        catch (KafkaException error)
        {
            log.Write(LogLevel.Debug, "coordinator", error.Error.Reason);
        }
    }

    /// <summary>Which part of the window is visible, and the group's offsets; null if that is not certain.</summary>
    private (Sighting[] Seen, Dictionary<TopicPartition, long> Committed)? LookUp(
        UndecidedWindow undecided, IConsumer<byte[]?, byte[]?> outsider, TimeSpan patience, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        try
        {
            using var reader = new CommittedReader(options, clients, log, clock, CommittedRecords.Refusals);
            // If it is not certain what is missing, nothing is written: it may be there, after somebody's open
            // transaction. The offsets are read second, so that they include the work of others meanwhile.
            if (CommittedRecords.Look(reader, undecided, patience, stop) is { } seen)
                return (seen, Committed(outsider, undecided.Window, patience - clock.GetElapsedTime(start), stop));
            Unseen($"for more than {patience.TotalSeconds:F0} s open transactions of others, or brokers that are " +
                "away, were in the way");
        }
        catch (KafkaException refused)
        {
            Unseen(clients.Redact(refused.Error.Reason));
        }
        return null;

        void Unseen(string reason) => CannotLook(logger, Level(patience), reason);
    }

    /// <summary>A short look that saw nothing is followed by a recovery, and that includes a long look.</summary>
    private static LogLevel Level(TimeSpan patience) => patience == ShortPatience ? LogLevel.Debug : LogLevel.Warning;

    /// <summary>
    /// The group's offsets as a non-member sees them; a partition for which the group has none is absent.
    /// </summary>
    /// <exception cref="KafkaException">They cannot be read. Committing the window's offsets then could move the group
    /// backwards.</exception>
    private Dictionary<TopicPartition, long> Committed(IConsumer<byte[]?, byte[]?> outsider, SourceWindow window,
        TimeSpan patience, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return Committed(outsider, window, patience < CoordinatorPatience ? patience : CoordinatorPatience);
            }
            catch (KafkaException error) when (clock.GetElapsedTime(start) < patience)
            {
                log.Write(LogLevel.Debug, "committed offsets", error.Error.Reason);
                stop.WaitHandle.WaitOne(RetryPause);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The same without waiting; null if they are undecided or no broker answers.</summary>
    private Dictionary<TopicPartition, long>? CommittedNow(IConsumer<byte[]?, byte[]?> outsider, SourceWindow window)
    {
        try
        {
            return Committed(outsider, window, ShortPatience);
        }
        catch (KafkaException error)
        {
            log.Write(LogLevel.Debug, "committed offsets", error.Error.Reason);
            return null;
        }
    }

    private static Dictionary<TopicPartition, long> Committed(IConsumer<byte[]?, byte[]?> outsider, SourceWindow window,
        TimeSpan limit) =>
        outsider.Committed(window.Ranges.Select(range => new TopicPartition(range.Topic, range.Partition)), limit)
            .Where(offset => offset.Offset.Value >= 0).ToDictionary(
                offset => offset.TopicPartition, offset => offset.Offset.Value);

    private void Finish(
        ProducerLife life, UndecidedWindow undecided, Remainder rest, KeylessRoutes routes,
        IConsumerGroupMetadata group, CancellationToken stop)
    {
        try
        {
            life.Transaction.Begin();
            if (rest.Offsets.Count > 0)
                life.Transaction.SendOffsets(rest.Offsets, group, stop);
            Write(life, undecided.Window, rest.Records, routes, stop);
            if (life.Delivery.HasFailed)
                throw new MustAbortException(life.Delivery.Failure(rest.Records).Error);
            undecided.Places.Add(life.Delivery.Places());
            life.Transaction.Commit(stop);
        }
        catch (Exception refused) when (refused is MustAbortException or ProduceException<byte[]?, byte[]?>)
        {
            throw new KafkaFailureException(KafkaFailure.ProducerBroken,
                $"a window that was committed in part could not be finished: {clients.Redact(refused.Message)}; a " +
                "fresh producer tries again");
        }
        // People should know this even in an outage; there it is part of the last line.
        var isNoted = log.Outages?.Note(
            $"a window that the brokers had committed in part is finished ({rest.Records.Count} of " +
            $"{undecided.Records.Count} records were missing)");
        Finished(logger, isNoted == true ? LogLevel.Debug : LogLevel.Warning, undecided.Records.Count,
            rest.Records.Count, rest.Offsets.Count);
    }

    [LoggerMessage(Message =
        "A window that failing brokers had committed in part is finished: of {Records} records {Missing} were " +
        "missing in the topics, and the offsets of {Offsets} partitions. Nothing is lost or doubled")]
    private static partial void Finished(ILogger logger, LogLevel level, int records, int missing, int offsets);

    [LoggerMessage(Message =
        "Partitions of the last window cannot be reached, and may not know how it ended: waiting for them ({Reason})")]
    private static partial void Waiting(ILogger logger, LogLevel level, string reason);

    [LoggerMessage(Message =
        "Whether failing brokers committed a window in part could not be looked up: {Reason}. If they did, messages " +
        "come out twice or not at all. The worker needs READ on its output topics to look")]
    private static partial void CannotLook(ILogger logger, LogLevel level, string reason);
}
