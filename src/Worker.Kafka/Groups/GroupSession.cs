using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Groups;

/// <summary>
/// This worker's membership in its consumer group, and the one owner of all that belongs to it: the consumer, in as
/// many lives as it takes, which windows are in flight (<see cref="WindowLedger"/>), the offsets that are committed,
/// and the group's generation. The reader reads through it, the publisher commits through it, and neither knows the
/// other. The reader's thread polls <see cref="Consumer"/>, so rebalances happen there; what another thread may call
/// says so.
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

    /// <param name="options">Where and how.</param>
    /// <param name="loggers">For its lines.</param>
    /// <param name="clock">For its patience.</param>
    /// <param name="outages">The worker's; one of its own where none is given.</param>
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
    /// Whether the group has told this worker its partitions at least once; none is an answer, too. Any thread.
    /// </summary>
    public bool IsAssigned => isAssigned;

    /// <summary>Windows handed out and neither published nor abandoned; any thread.</summary>
    public int WindowsInFlight => Ledger.InFlight;

    internal KafkaOptions Options { get; }

    internal ILoggerFactory Loggers { get; }

    internal TimeProvider Clock { get; }

    internal KafkaClients Clients { get; }

    /// <summary>For the consumer's lines.</summary>
    internal ClientLog Log { get; }

    internal WindowLedger Ledger { get; }

    /// <summary>What the worker says of outages.</summary>
    public OutageLog Outages { get; }

    /// <summary>The consumer of this life. Reader's thread, unless a member here says otherwise.</summary>
    internal IConsumer<byte[]?, byte[]?> Consumer => life.Consumer;

    /// <summary>Partitions were lost, and the group has not said since what is ours.</summary>
    internal bool AwaitsPartitions { get; private set; }

    /// <summary>The reader's; before its first poll.</summary>
    internal RebalanceHandlers Handlers { get; set; } = RebalanceHandlers.None;

    /// <summary>
    /// The partitions that are read now, and the end of each as the last fetch told it; −1 where none has. Any thread.
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
            // A consumer that is being replaced reads nothing just now.
            return [];
        }
    }

    /// <summary>
    /// Nobody will publish any more: no revoke waits for the windows in flight, which are abandoned instead. Any
    /// thread.
    /// </summary>
    public void AwaitNothing() => Ledger.Halt();

    /// <summary>
    /// Leaves the group in an orderly way. Windows still in flight are abandoned: drain the pipeline first. Reader's
    /// thread, or any once that has ended.
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
            // After a session and a little more the group has noticed in any case.
            var limit = TimeSpan.FromMilliseconds(Options.SessionTimeoutMs) + LeavePatience;
            if (!life.Leave(limit))
                NotClosed(logger, $"the client library has not come back from it within {limit.TotalSeconds:F0} s");
        }
        catch (KafkaException error)
        {
            NotClosed(logger, error.Error.Reason);
        }
        // What waited to be said is said now.
        ownOutages?.Dispose();
    }

    public void Dispose()
    {
        Close();
        life.Dispose();
    }

    /// <summary>
    /// The group's generation as the transaction coordinator wants it; null where this worker is no longer a member.
    /// The broker would take offsets from a producer whose consumer is in no group without any check, so that the
    /// publisher must not even ask. A member that was expelled joins again only inside a poll, and that waits for the
    /// publisher. Any thread.
    /// </summary>
    internal IConsumerGroupMetadata? Metadata()
    {
        var consumer = Consumer;
        var metadata = consumer.ConsumerGroupMetadata;
        return string.IsNullOrEmpty(consumer.MemberId) ? null : metadata;
    }

    /// <summary>At-least-once: commits the window's offsets; the publisher's thread.</summary>
    /// <exception cref="KafkaException">It is not known to be committed.</exception>
    internal void Commit(SourceWindow window) => Consumer.Commit(window.Offsets());

    /// <summary>
    /// Whether the group refuses this worker because of another with its instance id: the reader's to settle. Any
    /// thread.
    /// </summary>
    internal bool IsRefused(Error error) => life.Errors.IsFenced(error) || life.Errors.IsUnreleased(error);

    /// <summary>Joins the group; does nothing the second time in a life of the consumer.</summary>
    internal void Subscribe()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (subscribed)
            return;
        Consumer.Subscribe(MessageTopics.Of(Options.Topics).Subscription);
        subscribed = true;
        Outages.HasReader = true;
    }

    /// <summary>Which offsets partitions hold, by their leaders: of those that answered.</summary>
    /// <exception cref="KafkaException">None did.</exception>
    internal Dictionary<TopicPartition, (long First, long End)> AskEnds(
        IReadOnlyCollection<TopicPartition> partitions, TimeSpan timeout) => life.Ends.Ask(partitions, timeout);

    /// <summary>
    /// Whether the consumer is to be replaced by a fresh one (<see cref="JoinAgain"/>); counts the error.
    /// </summary>
    internal bool MayJoinAgain(Error error) => membership.MayJoinAgain(life.Errors, error);

    /// <summary>
    /// Goes on with a fresh consumer. The publisher must be outside the old one, and what was read given back.
    /// </summary>
    internal void JoinAgain()
    {
        life.Dispose();
        // Nobody misses a poll of one who is no member.
        Task.Delay(JoinPause, Clock).GetAwaiter().GetResult();
        life = NewLife();
        subscribed = false;
        Subscribe();
    }

    /// <summary>Why the group refuses this member, without secrets.</summary>
    internal string Reason(Error error) => life.Errors.Reason(error);

    /// <summary>An error of a poll: said, where the client mends it by itself.</summary>
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
        Level = LogLevel.Warning, Message = "Leaving the consumer group failed, it will notice by itself: {Reason}")]
    private static partial void NotClosed(ILogger logger, string reason);
}
