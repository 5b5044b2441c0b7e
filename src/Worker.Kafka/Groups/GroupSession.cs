using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Groups;

/// <summary>
/// This worker's membership in its consumer group. It is the only owner of everything that belongs to the membership:
/// the consumer, in as many lives as it takes; the windows in flight (<see cref="WindowLedger"/>); the committed
/// offsets; and the group's generation. The reader reads through it, the publisher commits through it, and neither
/// knows the other. The reader's thread polls <see cref="Consumer"/>, so rebalances happen on that thread. Members that
/// other threads may call say so.
/// </summary>
public sealed partial class GroupSession : IDisposable
{
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan JoinPause = TimeSpan.FromSeconds(0.5);

    private readonly ILogger logger;
    private readonly StaticMembership membership;
    private readonly OutageLog? ownOutages;
    private ConsumerLife life;
    private volatile bool isAssigned;
    private bool subscribed;
    private bool closed;

    /// <param name="options">How to connect.</param>
    /// <param name="loggers">For its log lines.</param>
    /// <param name="clock">For its waiting times.</param>
    /// <param name="outages">The worker's outage log; without one it makes its own.</param>
    /// <exception cref="KafkaFailureException">The client refuses the settings.</exception>
    public GroupSession(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
    {
        (Options, Loggers, Clock) = (options, loggers, clock);
        ownOutages = outages is null ? new OutageLog(options, loggers, clock) : null;
        Outages = outages ?? ownOutages!;
        logger = loggers.CreateLogger<GroupSession>();
        membership = new StaticMembership(clock);
        Ledger = new WindowLedger(clock);
        Clients = new KafkaClients(options, loggers, clock, Outages);
        Log = Clients.Log("Consumer");
        life = NewLife();
    }

    /// <summary>The partitions this worker reads now; any thread.</summary>
    public IReadOnlyList<(string Topic, int Partition)> Assignment =>
        [.. Consumer.Assignment.Select(partition => (partition.Topic, partition.Partition.Value))];

    /// <summary>
    /// Whether the group has told this worker its partitions at least once, even if it has none. Any thread.
    /// </summary>
    public bool IsAssigned => isAssigned;

    /// <summary>Windows handed out and neither published nor abandoned; any thread.</summary>
    public int WindowsInFlight => Ledger.InFlight;

    internal KafkaOptions Options { get; }

    internal ILoggerFactory Loggers { get; }

    internal TimeProvider Clock { get; }

    internal KafkaClients Clients { get; }

    /// <summary>For the consumer's log lines.</summary>
    internal ClientLog Log { get; }

    internal WindowLedger Ledger { get; }

    /// <summary>The worker's outage log.</summary>
    public OutageLog Outages { get; }

    /// <summary>The consumer of this life. Reader's thread, unless a member here says otherwise.</summary>
    internal IConsumer<byte[]?, byte[]?> Consumer => life.Consumer;

    /// <summary>Partitions were lost, and the group has not yet said which are ours now.</summary>
    internal bool AwaitsPartitions { get; private set; }

    /// <summary>The reader's; before its first poll.</summary>
    internal RebalanceHandlers Handlers { get; set; } = RebalanceHandlers.None;

    /// <summary>
    /// The partitions that are read now, and the end of each as the last fetch reported it; −1 if none has. Any thread.
    /// </summary>
    public IReadOnlyList<(string Topic, int Partition, long End)> Ends()
    {
        try
        {
            var consumer = Consumer;
            return [.. consumer.Assignment.Select(partition => (
                partition.Topic, partition.Partition.Value,
                Math.Max(-1, consumer.GetWatermarkOffsets(partition).High.Value)))];
        }
        catch (Exception ended) when (ended is ObjectDisposedException or KafkaException)
        {
            // A consumer that is being replaced does not read anything at the moment.
            return [];
        }
    }

    /// <summary>
    /// Nothing will be published any more: revokes do not wait for the windows in flight, which are abandoned instead.
    /// Any thread.
    /// </summary>
    public void AwaitNothing() => Ledger.Halt();

    /// <summary>
    /// Leaves the group in an orderly way. Windows still in flight are abandoned, so drain the pipeline first. Reader's
    /// thread, or any thread after that has ended.
    /// </summary>
    public void Close()
    {
        if (closed)
            return;
        closed = true;
        if (Ledger.InFlight > 0)
            Ledger.Drain(TimeSpan.Zero);
        try
        {
            // A little after the session timeout the group notices in any case.
            var limit = TimeSpan.FromMilliseconds(Options.SessionTimeoutMs) + LeavePatience;
            if (!life.Leave(limit))
                NotClosed(logger, $"the client library has not returned from it within {limit.TotalSeconds:F0} s");
        }
        catch (KafkaException error)
        {
            NotClosed(logger, error.Error.Reason);
        }
        // Delayed lines are written now.
        ownOutages?.Dispose();
    }

    public void Dispose()
    {
        Close();
        life.Dispose();
    }

    /// <summary>
    /// The group's generation as the transaction coordinator wants it; null if this worker is no longer a member. From
    /// a producer whose consumer is in no group the broker would take offsets without any check, so the publisher must
    /// not even ask. A member that was expelled joins again only inside a poll, and that waits for the publisher. Any
    /// thread.
    /// </summary>
    internal IConsumerGroupMetadata? Metadata()
    {
        var consumer = Consumer;
        var metadata = consumer.ConsumerGroupMetadata;
        return string.IsNullOrEmpty(consumer.MemberId) ? null : metadata;
    }

    /// <summary>At-least-once: commits the window's offsets; the publisher's thread.</summary>
    /// <exception cref="KafkaException">It is not certain that they are committed.</exception>
    internal void Commit(SourceWindow window) => Consumer.Commit(window.Offsets());

    /// <summary>
    /// Whether the group refuses this worker because another has its instance id; the reader must settle that. Any
    /// thread.
    /// </summary>
    internal bool IsRefused(Error error) => life.Errors.IsFenced(error) || life.Errors.IsUnreleased(error);

    /// <summary>Joins the group; a second call in the same life of the consumer does nothing.</summary>
    internal void Subscribe()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (subscribed)
            return;
        Consumer.Subscribe(MessageTopics.Of(Options.Topics).Subscription);
        subscribed = true;
        Outages.HasReader = true;
    }

    /// <summary>Which offsets partitions hold, for the partitions whose leader answered.</summary>
    /// <exception cref="KafkaException">None did.</exception>
    internal Dictionary<TopicPartition, (long First, long End)> AskEnds(
        IReadOnlyCollection<TopicPartition> partitions, TimeSpan timeout) => life.Ends.Ask(partitions, timeout);

    /// <summary>
    /// Whether the consumer is to be replaced by a fresh one (<see cref="JoinAgain"/>); counts the error.
    /// </summary>
    internal bool MayJoinAgain(Error error) => membership.MayJoinAgain(life.Errors, error);

    /// <summary>
    /// Goes on with a fresh consumer. The publisher must be outside the old one, and what was read must have been given
    /// back.
    /// </summary>
    internal void JoinAgain()
    {
        life.Dispose();
        // Nobody misses the polls of a consumer that is not a member.
        Task.Delay(JoinPause, Clock).GetAwaiter().GetResult();
        life = NewLife();
        subscribed = false;
        Subscribe();
    }

    /// <summary>Why the group refuses this member, without secrets.</summary>
    internal string Reason(Error error) => life.Errors.Reason(error);

    /// <summary>An error of a poll. It is only logged if the client recovers by itself.</summary>
    /// <exception cref="KafkaFailureException">Where reading cannot go on.</exception>
    internal void Handle(ConsumeException error) => life.Errors.Handle(error);

    /// <summary>These partitions are gone, as if the group had said so.</summary>
    internal void Lose(List<TopicPartitionOffset> partitions)
    {
        Handlers.Lost(partitions);
        AwaitsPartitions = true;
    }

    private void Assigned(List<TopicPartition> partitions)
    {
        membership.Joined();
        Handlers.Assigned(partitions);
        isAssigned = true;
        AwaitsPartitions = false;
    }

    private ConsumerLife NewLife() =>
        new(Options, Clients, Log, Assigned, partitions => Handlers.Revoked(partitions), Lose);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Leaving the consumer group failed, the group will notice by itself: " +
            "{Reason}")]
    private static partial void NotClosed(ILogger logger, string reason);
}
