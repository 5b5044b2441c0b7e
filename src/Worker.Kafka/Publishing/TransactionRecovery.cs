using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// What a fresh producer does, once it has the identity, about the transaction in which the last one ended: brokers
/// that failed in its middle may have ended it differently in different partitions (Kafka 4.3).
/// </summary>
internal sealed partial class TransactionRecovery(
    KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan CoordinatorPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Above the time limit of other workers' transactions, behind which nothing can be seen.</summary>
    private static readonly TimeSpan BeyondTimeLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);

    /// <param name="life">Has taken over the identity.</param>
    /// <param name="undecided">Windows that the last producer left so, in their order; none where it ended in another
    /// process.</param>
    /// <param name="routes">Of the publisher; they are set to the windows, so the next one must set them to
    /// itself.</param>
    /// <param name="stop">Give up.</param>
    /// <exception cref="KafkaFailureException">This producer has ended too.</exception>
    public void Run(
        ProducerLife life, IReadOnlyList<UndecidedWindow> undecided, KeylessRoutes routes, CancellationToken stop)
    {
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), log);
        MeetCoordinator(outsider);
        var before = undecided.FirstOrDefault(window => window.IsAcknowledged) is { } acknowledged
            ? CommittedNow(outsider, acknowledged.Window)
            : null;
        // 1. What has ended and was not told to every partition: nobody could see beyond it.
        Settle(life, undecided, routes, outsider.ConsumerGroupMetadata, stop);
        // 2. What was committed in part.
        foreach (var window in undecided.Where(window => window.CommitAsked))
            if (LookUp(window, outsider, Patience, stop) is var (seen, committed)
                && window.Missing(seen, committed, window.IsAcknowledged ? before : null) is { IsEmpty: false } rest)
                Finish(life, window, rest, routes, outsider.ConsumerGroupMetadata, stop);
    }

    /// <summary>
    /// Whether a window whose commit was acknowledged is visible everywhere, and its offsets are committed. False also
    /// where that cannot be seen soon.
    /// </summary>
    public bool IsWhole(UndecidedWindow acknowledged, CancellationToken stop)
    {
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), log);
        return LookUp(acknowledged, outsider, ShortPatience, stop) is var (seen, committed)
            && acknowledged.IsWhole(seen, committed);
    }

    /// <summary>Longer than other workers' transactions may be open, behind which nothing can be seen.</summary>
    private TimeSpan Patience => TimeSpan.FromMilliseconds(options.TransactionTimeoutMs) + BeyondTimeLimit;

    /// <summary>
    /// Again while a partition cannot be reached: it may be one that was not told, and nothing can be written to it
    /// anyway.
    /// </summary>
    private void Settle(
        ProducerLife life, IReadOnlyList<UndecidedWindow> windows, KeylessRoutes routes, IConsumerGroupMetadata group,
        CancellationToken stop)
    {
        // What must be asked for is asked for outside the transaction.
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
    /// A cluster makes a coordinator for its first group, and a producer that came too early would ask again only when
    /// its call has timed out.
    /// </summary>
    private void MeetCoordinator(IConsumer<byte[]?, byte[]?> outsider)
    {
        try
        {
            // Of a partition that no topic has, so that nobody's open transaction holds the answer up.
            outsider.Committed([new TopicPartition(options.Topics.Results, int.MaxValue)], CoordinatorPatience);
        }
        catch (KafkaException error)
        {
            log.Write(LogLevel.Debug, "coordinator", error.Error.Reason);
        }
    }

    /// <summary>
    /// What of the window is visible, and the group's offsets; null where that cannot be known for sure.
    /// </summary>
    private (Sighting[] Seen, Dictionary<TopicPartition, long> Committed)? LookUp(
        UndecidedWindow undecided, IConsumer<byte[]?, byte[]?> outsider, TimeSpan patience, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        try
        {
            var config = ClientConfigs.AssignedConsumer(options);
            // Whatever the user wants of the input: what was aborted must not be taken for done.
            config.IsolationLevel = IsolationLevel.ReadCommitted;
            using var reader = clients.Consumer(config, log);
            // What is not seen for sure is not written: it may be there, behind somebody's open transaction. The
            // offsets come second, so that they know of everybody who has gone further meanwhile.
            if (new CommittedRecords(reader, clock).Look(undecided, patience, stop) is { } seen)
                return (seen, Committed(outsider, undecided.Window, patience - clock.GetElapsedTime(start), stop));
            Unseen($"something was in the way for more than {patience.TotalSeconds:F0} s: open transactions of " +
                "others, or brokers that are away");
        }
        catch (KafkaException refused)
        {
            Unseen(clients.Redact(refused.Error.Reason));
        }
        return null;

        void Unseen(string reason) => CannotLook(logger, Level(patience), reason);
    }

    /// <summary>A short look that saw nothing is followed by a recovery, and that by a long one.</summary>
    private static LogLevel Level(TimeSpan patience) => patience == ShortPatience ? LogLevel.Debug : LogLevel.Warning;

    /// <summary>
    /// The group's offsets as somebody sees them who is no member; where the group has none the partition is absent.
    /// </summary>
    /// <exception cref="KafkaException">They cannot be asked for: committing the window's then could take the group
    /// back.</exception>
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

    /// <summary>The same without waiting; null where they are undecided, or nobody answers.</summary>
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
        // Even in an outage this is for people to know: there it is part of its last line.
        var isNoted = log.Outages?.Note(
            $"a window is finished that the brokers had committed in part ({rest.Records.Count} of " +
            $"{undecided.Records.Count} records were missing)");
        Finished(logger, isNoted == true ? LogLevel.Debug : LogLevel.Warning, undecided.Records.Count,
            rest.Records.Count, rest.Offsets.Count);
    }

    [LoggerMessage(Message =
        "A window is finished that failing brokers had committed in part: of {Records} records {Missing} were " +
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
