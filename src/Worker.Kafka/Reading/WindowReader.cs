using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Cuts arriving messages into windows, each from all partitions that have some. Messages that are read but in no
/// window are given to nobody, and dropped when their partition goes or is read again from an earlier offset (see
/// <see cref="LookAhead"/>). One thread calls <see cref="Read"/> and <see cref="GatherUntil"/>; rebalances happen
/// inside these calls (<see cref="Rebalances"/>). A revoke waits for the windows in flight, so the other stages must be
/// able to go on without this thread. When partitions are lost, the windows are abandoned. After windows were abandoned
/// (see <see cref="SourceWindow.IsStale"/>) the next read starts after the last published window
/// (<see cref="Rewinding"/>).
/// </summary>
public sealed partial class WindowReader
{
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GatherPause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a partition may wait behind others before the others are paused.</summary>
    private static readonly TimeSpan CrowdPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Offsets without messages are committed with the next message, or alone after this long without one.
    /// </summary>
    private static readonly TimeSpan IdleCommit = TimeSpan.FromSeconds(1);

    private readonly GroupSession group;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly LookAhead ahead;
    private readonly PartitionFlow flow;
    private readonly PartitionStarts starts;
    private readonly Rewinding rewinding;
    private readonly Rebalances rebalances;
    private readonly OutageWatch outage;
    private long lastArrival;

    /// <param name="group">The group whose messages are read; each group session has one reader.</param>
    /// <param name="limits">The limits of a window.</param>
    public WindowReader(GroupSession group, WindowLimits limits)
    {
        (this.group, clock) = (group, group.Clock);
        logger = group.Loggers.CreateLogger<WindowReader>();
        Heartbeat = new Heartbeat("read", clock);
        ahead = new LookAhead(limits);
        flow = new PartitionFlow(group, ahead);
        starts = new PartitionStarts(group, ahead, flow, Heartbeat);
        rewinding = new Rewinding(group, ahead, flow);
        rebalances = new Rebalances(group, ahead, flow, starts, Heartbeat);
        outage = new OutageWatch(group);
    }

    /// <summary>Whether messages are here for the next window. Reader's thread only.</summary>
    public bool HasGathered => !ahead.IsEmpty;

    /// <summary>The heartbeat of the reader's thread, which polls all the time.</summary>
    public Heartbeat Heartbeat { get; }

    /// <summary>State for diagnosing a stall; any thread.</summary>
    internal string State =>
        $"epoch {group.Ledger.Epoch}, reading in {rewinding.Epoch}, {group.Ledger.InFlight} in flight, " +
        $"offsets unknown {group.Ledger.AreOffsetsUnknown}, read ahead {ahead.Bytes} bytes, " +
        $"paused {flow.Paused.Count}, unreadable {starts.Unreadable}, at " +
        string.Join(
            ", ", group.Consumer.Assignment.Select(partition => $"{partition}@{group.Consumer.Position(partition)}"));

    /// <summary>
    /// Blocks until a message is there, then takes all that have already arrived, up to the limits; null once
    /// <paramref name="stop"/> is signalled. If none comes and a partition ends after entries that no reader sees, a
    /// window without messages carries that offset.
    /// </summary>
    /// <exception cref="KafkaFailureException">The consumer cannot go on: stop.</exception>
    public SourceWindow? Read(CancellationToken stop)
    {
        group.Subscribe();
        using var polling = Heartbeat.Enter("polling", TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            Heartbeat.Beat();
            RewindIfAbandoned();
            starts.ResetUnreadable();
            // At least once: even with enough messages here, a rebalance must be answered.
            var more = Poll(ahead.IsEmpty ? PollSlice : TimeSpan.Zero);
            while (more && !ahead.CanFill)
                more = Poll(TimeSpan.Zero);
            if (starts.AwaitsFirst)
            {
                ReadOn();
                continue;
            }
            // A rebalance inside Poll may have removed everything, or abandoned the windows before this one.
            if ((ahead.IsEmpty && !HasIdleOffsets()) || !rewinding.IsDone)
                continue;
            var window = ahead.Compose(rewinding.Epoch, group.Ledger);
            flow.ResumeRoomy();
            if (group.Ledger.TryHandOut(window))
                return window;
        }
        return null;
    }

    /// <summary>
    /// Waits for <paramref name="ready"/> and reads ahead meanwhile, so that rebalances are answered immediately and
    /// the group never misses a poll. Once there is a whole window of every partition, or the limit is reached, it
    /// waits without polling. After <see cref="KafkaOptions.PauseAfterMs"/> it pauses every partition and polls again.
    /// At the end it resumes those that have room. Start the work behind <paramref name="ready"/> (for example writing
    /// the last window to a channel) before the call, because a revoke inside waits until that window is published.
    /// </summary>
    /// <exception cref="KafkaFailureException">The consumer cannot go on: stop.</exception>
    public void GatherUntil(Task ready, CancellationToken stop)
    {
        group.Subscribe();
        using var polling = Heartbeat.Enter("polling", TimeSpan.Zero);
        while (!ready.IsCompleted && !stop.IsCancellationRequested)
        {
            RewindIfAbandoned();
            starts.ResetUnreadable();
            flow.PauseCrowding(CrowdPatience);
            // Reading ahead soon reaches its limit, so not each message needs to be a sign of life.
            if (!flow.WantsMore)
                HoldUntil(ready, stop);
            else if (ahead.IsEmpty)
                Poll(PollSlice);
            else if (!Poll(TimeSpan.Zero))
                Wait(ready, GatherPause, stop);
        }
    }

    private static bool Wait(Task ready, TimeSpan timeout, CancellationToken stop)
    {
        // The task's own failure is handled by its owner.
        WaitHandle[] either = [((IAsyncResult)ready).AsyncWaitHandle, stop.WaitHandle];
        return WaitHandle.WaitAny(either, timeout) != WaitHandle.WaitTimeout;
    }

    /// <summary>
    /// With enough messages here: waits without polling, then pauses and polls, so that pausing stays rare.
    /// </summary>
    private void HoldUntil(Task ready, CancellationToken stop)
    {
        using (Heartbeat.Rest())
            if (Wait(ready, TimeSpan.FromMilliseconds(group.Options.PauseAfterMs), stop))
                return;
        Holding(logger, group.Options.PauseAfterMs);
        try
        {
            // Also ends when windows were abandoned, because the messages held here will then be read again.
            while (!flow.WantsMore && rewinding.IsDone && !ready.IsCompleted && !stop.IsCancellationRequested)
            {
                // Every time, because a rebalance brings partitions that are not paused.
                Heartbeat.Beat();
                flow.PauseAll();
                Poll(PollSlice);
            }
        }
        finally
        {
            flow.ResumeRoomy();
        }
    }

    /// <summary>Takes all messages that the client has, up to the limit.</summary>
    private void ReadOn()
    {
        flow.PauseCrowding(TimeSpan.Zero);
        while (flow.WantsMore && Poll(GatherPause))
        {
        }
    }

    private void RewindIfAbandoned()
    {
        if (rewinding.TryRewind())
            return;
        Poll(PollSlice);
        // It is from before the rewind.
        ahead.Unread(group.Ledger);
    }

    private bool HasIdleOffsets()
    {
        if (!ahead.HasEnds || clock.GetElapsedTime(lastArrival) < IdleCommit)
            return false;
        ahead.DropSettled(group.Ledger);
        return ahead.HasEnds;
    }

    /// <summary>One call of the client; false if it brought nothing.</summary>
    private bool Poll(TimeSpan timeout)
    {
        try
        {
            var result = group.Consumer.Consume(timeout);
            if (result is null)
            {
                flow.Emptied();
                Heartbeat.Beat();
                starts.LookAfterSilent();
                outage.Look();
                return false;
            }
            lastArrival = clock.GetTimestamp();
            starts.Heard(result.TopicPartition);
            if (result.IsPartitionEOF)
                ahead.ReachedEnd(result.TopicPartition, result.Offset.Value);
            else
                ahead.Add(result, clock.GetUtcNow().ToUnixTimeMilliseconds());
            return true;
        }
        catch (ConsumeException error)
            when (error.Error.Code == ErrorCode.Local_AutoOffsetReset && error.ConsumerRecord is { } where)
        {
            // The other partitions of a start or a rebalance follow immediately, and are settled together.
            starts.Miss(where.TopicPartition, where.Offset);
            return true;
        }
        catch (ConsumeException error)
        {
            if (group.MayJoinAgain(error.Error))
                rebalances.JoinAgain(error.Error);
            else
                group.Handle(error);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug,
        Message = "The next window has been full for {Milliseconds} ms: partitions are paused until it is taken")]
    private static partial void Holding(ILogger logger, int milliseconds);
}
