using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>
/// What a fresh producer does, once it has the identity, about the transaction in which the last one ended: brokers that
/// failed in its middle may have ended it differently in different partitions (Kafka 4.3).
/// </summary>
internal sealed partial class TransactionRecovery(KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan CoordinatorPatience = TimeSpan.FromSeconds(5);

    /// <summary>Above the time limit of other workers' transactions, behind which nothing can be seen.</summary>
    private static readonly TimeSpan BeyondTimeLimit = TimeSpan.FromSeconds(3);

    /// <param name="life">Has taken over the identity.</param>
    /// <param name="undecided">The window of the last producer; null where it ended with none, or in another process.</param>
    /// <param name="routes">As the window was written with.</param>
    /// <param name="stop">Give up.</param>
    /// <exception cref="KafkaFailureException">This producer has ended too.</exception>
    public void Run(ProducerLife life, UndecidedWindow? undecided, KeylessRoutes routes, CancellationToken stop)
    {
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), log);
        var committed = Committed(outsider, undecided);
        if (undecided is { CommitAsked: true } && Remainder(undecided, committed, stop) is { IsEmpty: false } rest)
            Finish(life, undecided, rest, routes, outsider.ConsumerGroupMetadata, stop);
        else
            life.Transaction.Settle(options.Topics.Messages, outsider.ConsumerGroupMetadata, () => Write(life, undecided?.Records ?? [], routes, stop), stop);
    }

    private static void Write(ProducerLife life, IReadOnlyList<OutgoingRecord> records, KeylessRoutes routes, CancellationToken stop)
    {
        life.Delivery.Produce(records, routes, out _, stop);
        life.Delivery.AwaitAll(stop);
    }

    /// <summary>
    /// The group's offsets as somebody sees them who is no member: those of the window where there is one. Asked in any case,
    /// because a cluster makes a coordinator for its first group, and a producer that came too early would ask again only when
    /// its call has timed out.
    /// </summary>
    private Dictionary<TopicPartition, long> Committed(IConsumer<byte[]?, byte[]?> outsider, UndecidedWindow? undecided)
    {
        // Else of a partition that no topic has, so that nobody's open transaction holds the answer up.
        var partitions = undecided is { CommitAsked: true }
            ? undecided.Window.Ranges.Select(range => new TopicPartition(range.Topic, range.Partition))
            : [new TopicPartition(options.Topics.Messages, int.MaxValue)];
        try
        {
            return outsider.Committed(partitions, CoordinatorPatience).Where(offset => offset.Offset.Value >= 0)
                .ToDictionary(offset => offset.TopicPartition, offset => offset.Offset.Value);
        }
        catch (KafkaException error)
        {
            log.Write(LogLevel.Debug, "coordinator", error.Error.Reason);
            return [];
        }
    }

    private Remainder Remainder(UndecidedWindow undecided, Dictionary<TopicPartition, long> committed, CancellationToken stop)
    {
        try
        {
            var config = ClientConfigs.AssignedConsumer(options);
            // Whatever the user wants of the input: what was aborted must not be taken for done.
            config.IsolationLevel = IsolationLevel.ReadCommitted;
            using var reader = clients.Consumer(config, log);
            var patience = TimeSpan.FromMilliseconds(options.TransactionTimeoutMs) + BeyondTimeLimit;
            // What is not seen for sure is not written: it may be there, behind somebody's open transaction.
            if (new CommittedRecords(reader, clock).Look(undecided, patience, stop) is { } seen)
                return undecided.Remainder(seen, committed);
            CannotLook(logger, $"transactions of others were open for more than {patience.TotalSeconds:F0} s");
        }
        catch (KafkaException refused)
        {
            CannotLook(logger, clients.Redact(refused.Error.Reason));
        }
        return new Remainder([], []);
    }

    private void Finish(
        ProducerLife life, UndecidedWindow undecided, Remainder rest, KeylessRoutes routes, IConsumerGroupMetadata group, CancellationToken stop)
    {
        try
        {
            life.Transaction.Begin();
            if (rest.Offsets.Count > 0)
                life.Transaction.SendOffsets(rest.Offsets, group, stop);
            Write(life, rest.Records, routes, stop);
            if (life.Delivery.HasFailed)
                throw new MustAbortException(life.Delivery.Failure(rest.Records).Error);
            undecided.Places.Add(life.Delivery.Places());
            life.Transaction.Commit(stop);
        }
        catch (Exception refused) when (refused is MustAbortException or ProduceException<byte[]?, byte[]?>)
        {
            throw new KafkaFailureException(KafkaFailure.ProducerBroken,
                $"a window that was committed in part could not be finished: {clients.Redact(refused.Message)}; a fresh producer tries again");
        }
        Finished(logger, undecided.Records.Count, rest.Records.Count, rest.Offsets.Count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A window is finished that failing brokers had committed in part: of {Records} records {Missing} were missing in the topics, and the " +
        "offsets of {Offsets} partitions. Nothing is lost or doubled")]
    private static partial void Finished(ILogger logger, int records, int missing, int offsets);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Whether failing brokers committed a window in part could not be looked up: {Reason}. If they did, messages come out twice or " +
        "not at all. The worker needs READ on its output topics to look")]
    private static partial void CannotLook(ILogger logger, string reason);
}
