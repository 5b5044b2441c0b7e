using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>
/// Owns the worker's consumer and cuts what arrives into windows. One thread calls <see cref="Read"/>,
/// <see cref="GatherUntil"/> and <see cref="Close"/>; rebalances happen inside these calls. On revoke the windows in
/// flight are waited for, so the other stages must be able to go on without this thread; on lost they are abandoned.
/// After windows were abandoned (see <see cref="SourceWindow.IsStale"/>) the next read starts again behind the last
/// window that was published.
/// </summary>
public sealed partial class WindowReader : IDisposable
{
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GatherPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Offsets without messages go with the next message; after so long without one, by themselves.</summary>
    private static readonly TimeSpan IdleCommit = TimeSpan.FromSeconds(1);

    private readonly KafkaOptions options;
    private readonly ILogger logger;
    private readonly KafkaClients clients;
    private readonly ClientLog log;
    private readonly WindowBuilder next;
    private readonly TimeProvider clock;
    private readonly HashSet<TopicPartition> paused = [];
    private readonly SilentPartitions silent;
    private ConsumerLife life;
    private long lastArrival;
    private int readEpoch;
    private bool subscribed;
    private bool closed;

    public WindowReader(KafkaOptions options, WindowLimits limits, ILoggerFactory loggers, TimeProvider clock)
    {
        (this.options, this.clock) = (options, clock);
        logger = loggers.CreateLogger<WindowReader>();
        next = new WindowBuilder(limits);
        Ledger = new WindowLedger(clock);
        silent = new SilentPartitions(clock);
        clients = new KafkaClients(options, loggers, clock);
        log = clients.Log("Consumer");
        life = NewLife();
    }

    /// <summary>The partitions this worker reads now; any thread.</summary>
    public IReadOnlyList<(string Topic, int Partition)> Assignment =>
        [.. life.Consumer.Assignment.Select(partition => (partition.Topic, partition.Partition.Value))];

    /// <summary>For a person who looks for a stall; any thread.</summary>
    internal string State =>
        $"epoch {Ledger.Epoch}, reading in {readEpoch}, {Ledger.InFlight} in flight, offsets unknown {Ledger.AreOffsetsUnknown}, gathered {next.Bytes} bytes, " +
        $"paused {paused.Count}, unreadable {unreadable.Count}, at {string.Join(", ", life.Consumer.Assignment.Select(partition => $"{partition}@{life.Consumer.Position(partition)}"))}";

    /// <summary>Windows handed out and neither published nor abandoned; any thread.</summary>
    public int WindowsInFlight => Ledger.InFlight;

    /// <summary>Whether the next window has begun. Reader's thread only.</summary>
    public bool HasGathered => !next.IsEmpty;

    internal WindowLedger Ledger { get; }

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
        while (!stop.IsCancellationRequested)
        {
            RewindIfAbandoned();
            ResetUnreadable();
            while (!next.IsFull && Poll(next.IsEmpty ? PollSlice : TimeSpan.Zero))
            {
            }
            // A rebalance inside Poll may have emptied the window, or abandoned what it would follow.
            if ((next.IsEmpty && !HasIdleOffsets()) || readEpoch != Ledger.Epoch)
                continue;
            var window = next.Build(readEpoch, Ledger);
            if (Ledger.TryHandOut(window))
                return window;
        }
        return null;
    }

    /// <summary>
    /// Waits for <paramref name="ready"/> and meanwhile goes on gathering the next window, so that rebalances are answered
    /// at once and the group never misses a poll. Once that window is full it waits without polling, and after
    /// <see cref="KafkaOptions.PauseAfterMs"/> pauses every partition and polls on; it resumes them at the end.
    /// Start what <paramref name="ready"/> stands for (writing the last window to a channel, say) before the call: a revoke
    /// inside waits for that window to be published.
    /// </summary>
    /// <exception cref="KafkaFailureException">The consumer cannot go on: stop.</exception>
    public void GatherUntil(Task ready, CancellationToken stop)
    {
        Subscribe();
        while (!ready.IsCompleted && !stop.IsCancellationRequested)
        {
            RewindIfAbandoned();
            ResetUnreadable();
            if (next.IsFull)
                HoldUntil(ready, stop);
            else if (next.IsEmpty)
                Poll(PollSlice);
            else if (!Poll(TimeSpan.Zero))
                Wait(ready, GatherPause, stop);
        }
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
            Ledger.Drain(TimeSpan.Zero);
        try
        {
            life.Consumer.Close();
        }
        catch (KafkaException error)
        {
            NotClosed(logger, error.Error.Reason);
        }
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
        life.Consumer.Subscribe(options.Topics.Messages);
        subscribed = true;
    }

    private bool HasIdleOffsets()
    {
        if (!next.HasRanges || clock.GetElapsedTime(lastArrival) < IdleCommit)
            return false;
        next.DropSettled(Ledger);
        return next.HasRanges;
    }

    /// <summary>One call of the client: false when it brought nothing.</summary>
    private bool Poll(TimeSpan atMost)
    {
        try
        {
            var result = life.Consumer.Consume(atMost);
            if (result is null)
            {
                LookAfterSilent();
                return false;
            }
            lastArrival = clock.GetTimestamp();
            Heard(result.TopicPartition);
            if (result.IsPartitionEOF)
                next.ReachedEnd(result.TopicPartition, result.Offset.Value);
            else
                next.Add(result);
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

    private static bool Wait(Task ready, TimeSpan atMost, CancellationToken stop)
    {
        // The task's own failure is its owner's to see.
        return WaitHandle.WaitAny([((IAsyncResult)ready).AsyncWaitHandle, stop.WaitHandle], atMost) != WaitHandle.WaitTimeout;
    }

    /// <summary>With a full window: first waits without polling, then pauses and polls, so that pausing stays rare.</summary>
    private void HoldUntil(Task ready, CancellationToken stop)
    {
        if (Wait(ready, TimeSpan.FromMilliseconds(options.PauseAfterMs), stop))
            return;
        Holding(logger, options.PauseAfterMs);
        try
        {
            // Ends too when windows were abandoned: what is held here will then be read again.
            while (next.IsFull && readEpoch == Ledger.Epoch && !ready.IsCompleted && !stop.IsCancellationRequested)
            {
                // Every time: a rebalance brings partitions that are not paused.
                PauseNew();
                Poll(PollSlice);
            }
        }
        finally
        {
            Resume([.. paused]);
        }
    }

    private void PauseNew()
    {
        var assigned = life.Consumer.Assignment;
        paused.IntersectWith(assigned);
        assigned.RemoveAll(paused.Contains);
        if (assigned.Count == 0)
            return;
        life.Consumer.Pause(assigned);
        paused.UnionWith(assigned);
    }

    /// <summary>Also before partitions go: the client would bring them back paused, and nobody would know.</summary>
    private void Resume(IReadOnlyList<TopicPartition> partitions)
    {
        var were = partitions.Where(paused.Remove).ToList();
        if (were.Count == 0)
            return;
        try
        {
            life.Consumer.Resume(were);
        }
        catch (KafkaException error)
        {
            // Only partitions that the client no longer knows, and those are not paused either.
            log.Write(LogLevel.Debug, "resume", error.Error.Reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "The next window has been full for {Milliseconds} ms: partitions are paused until it is taken")]
    private static partial void Holding(ILogger logger, int milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leaving the consumer group failed, it will notice by itself: {Reason}")]
    private static partial void NotClosed(ILogger logger, string reason);
}
