using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>
/// Owns the worker's consumer and cuts what arrives into windows, each from all partitions that have something (see
/// <see cref="LookAhead"/>: what is read and in no window is given to nobody, and forgotten when its partition goes or
/// is read again from an earlier offset). One thread calls <see cref="Read"/>,
/// <see cref="GatherUntil"/> and <see cref="Close"/>; rebalances happen inside these calls. On revoke the windows in
/// flight are waited for, so the other stages must be able to go on without this thread; on lost they are abandoned.
/// After windows were abandoned (see <see cref="SourceWindow.IsStale"/>) the next read starts again behind the last
/// window that was published.
/// </summary>
public sealed partial class WindowReader : IDisposable
{
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions options;
    private readonly ILogger logger;
    private readonly KafkaClients clients;
    private readonly ClientLog log;
    private readonly LookAhead ahead;
    private readonly TimeProvider clock;
    private readonly SilentPartitions silent;
    private readonly OutageLog? ownOutages;
    private ConsumerLife life;
    private long lastArrival;
    private int readEpoch;
    private bool subscribed;
    private bool closed;

    /// <param name="options">Where and how.</param>
    /// <param name="limits">Of a window.</param>
    /// <param name="loggers">For its lines.</param>
    /// <param name="clock">For its patience.</param>
    /// <param name="outages">The worker's; one of its own where none is given.</param>
    public WindowReader(KafkaOptions options, WindowLimits limits, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
    {
        ownOutages = outages is null ? new OutageLog(options, loggers, clock) : null;
        Outages = outages ?? ownOutages!;
        (this.options, this.clock) = (options, clock);
        logger = loggers.CreateLogger<WindowReader>();
        ahead = new LookAhead(limits);
        Ledger = new WindowLedger(clock);
        silent = new SilentPartitions(clock);
        Heartbeat = new Heartbeat("read", clock);
        clients = new KafkaClients(options, loggers, clock, Outages);
        log = clients.Log("Consumer");
        lastEmptied = clock.GetTimestamp();
        life = NewLife();
    }

    /// <summary>The partitions this worker reads now; any thread.</summary>
    public IReadOnlyList<(string Topic, int Partition)> Assignment =>
        [.. life.Consumer.Assignment.Select(partition => (partition.Topic, partition.Partition.Value))];

    /// <summary>For a person who looks for a stall; any thread.</summary>
    internal string State =>
        $"epoch {Ledger.Epoch}, reading in {readEpoch}, {Ledger.InFlight} in flight, " +
        $"offsets unknown {Ledger.AreOffsetsUnknown}, read ahead {ahead.Bytes} bytes, " +
        $"paused {paused.Count}, unreadable {unreadable.Count}, at {string.Join(", ", life.Consumer.Assignment.Select(partition => $"{partition}@{life.Consumer.Position(partition)}"))}";

    /// <summary>Windows handed out and neither published nor abandoned; any thread.</summary>
    public int WindowsInFlight => Ledger.InFlight;

    /// <summary>Whether messages are here for the next window. Reader's thread only.</summary>
    public bool HasGathered => !ahead.IsEmpty;

    /// <summary>Of the reader's thread, which polls all the time.</summary>
    public Heartbeat Heartbeat { get; }

    internal WindowLedger Ledger { get; }

    /// <summary>What the worker says of outages.</summary>
    internal OutageLog Outages { get; }

    /// <summary>
    /// The group's generation as the transaction coordinator wants it; null where this worker is no longer a member. The
    /// broker would take offsets from a producer whose consumer is in no group without any check, so that the publisher
    /// must not even ask. A member that was expelled joins again only inside a poll, and that waits for the publisher.
    /// Any thread.
    /// </summary>
    internal IConsumerGroupMetadata? GroupMetadata()
    {
        var metadata = life.Consumer.ConsumerGroupMetadata;
        return string.IsNullOrEmpty(life.Consumer.MemberId) ? null : metadata;
    }

    /// <summary>
    /// Blocks until a message is there, then takes all that have already arrived, up to the limits; null once
    /// <paramref name="stop"/> is signalled. When none comes and a partition ends behind what no reader sees, a window
    /// without messages carries that offset.
    /// </summary>
    /// <exception cref="KafkaFailureException">The consumer cannot go on: stop.</exception>
    public SourceWindow? Read(CancellationToken stop)
    {
        Subscribe();
        using var polling = Heartbeat.Enter("polling", TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            Heartbeat.Beat();
            RewindIfAbandoned();
            ResetUnreadable();
            // Once at least: with enough at hand a rebalance must be answered all the same.
            var more = Poll(ahead.IsEmpty ? PollSlice : TimeSpan.Zero);
            while (more && !ahead.CanFill)
                more = Poll(TimeSpan.Zero);
            if (AwaitsNew)
            {
                ReadOn();
                continue;
            }
            // A rebalance inside Poll may have taken everything away, or abandoned what the window would follow.
            if ((ahead.IsEmpty && !HasIdleOffsets()) || readEpoch != Ledger.Epoch)
                continue;
            var window = ahead.Compose(readEpoch, Ledger);
            ResumeRoomy();
            if (Ledger.TryHandOut(window))
                return window;
        }
        return null;
    }

    /// <summary>Nobody will publish any more: no revoke waits for the windows in flight, which are abandoned instead. Any thread.</summary>
    public void AwaitNothing() => Ledger.Halt();

    /// <summary>
    /// Leaves the group in an orderly way. Windows still in flight are abandoned: drain the pipeline first.
    /// </summary>
    public void Close()
    {
        if (closed)
            return;
        closed = true;
        if (Ledger.InFlight > 0)
            Drain(TimeSpan.Zero);
        try
        {
            // After a session and a little more the group has noticed in any case.
            var limit = TimeSpan.FromMilliseconds(options.SessionTimeoutMs) + LeavePatience;
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

    /// <summary>At-least-once: commits the window's offsets; the publisher's thread.</summary>
    internal void Commit(SourceWindow window) => life.Consumer.Commit(Offsets(window));

    internal static List<TopicPartitionOffset> Offsets(SourceWindow window)
    {
        var offsets = new List<TopicPartitionOffset>(window.Ranges.Length);
        foreach (var range in window.Ranges)
            offsets.Add(new TopicPartitionOffset(range.Topic, range.Partition, range.Next));
        return offsets;
    }

    private void Subscribe()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (subscribed)
            return;
        life.Consumer.Subscribe(MessageTopics.Of(options.Topics).Subscription);
        subscribed = true;
        Outages.HasReader = true;
    }

    /// <summary>One call of the client: false when it brought nothing.</summary>
    private bool Poll(TimeSpan atMost)
    {
        try
        {
            var result = life.Consumer.Consume(atMost);
            if (result is null)
            {
                lastEmptied = clock.GetTimestamp();
                Heartbeat.Beat();
                LookAfterSilent();
                LookAfterOutage();
                return false;
            }
            lastArrival = clock.GetTimestamp();
            Heard(result.TopicPartition);
            if (result.IsPartitionEOF)
                ahead.ReachedEnd(result.TopicPartition, result.Offset.Value);
            else
                ahead.Add(result, clock.GetUtcNow().ToUnixTimeMilliseconds());
            return true;
        }
        catch (ConsumeException error) when (error.Error.Code == ErrorCode.Local_AutoOffsetReset && error.ConsumerRecord is { } where)
        {
            // The others that a start or a rebalance brought follow at once, and are settled together.
            NoteUnreadable(where.TopicPartition, where.Offset);
            return true;
        }
        catch (ConsumeException error)
        {
            if (MayJoinAgain(error.Error))
                JoinAgain(error.Error);
            else
                life.Errors.Handle(error);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leaving the consumer group failed, it will notice by itself: {Reason}")]
    private static partial void NotClosed(ILogger logger, string reason);
}
