using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>
/// Reading ahead while the stages behind are busy. The client's queue hands out one partition's whole fetch before the
/// next one's: what stands behind it is reached by taking it all, up to a limit, and composing windows from that.
/// </summary>
public sealed partial class WindowReader
{
    private static readonly TimeSpan GatherPause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a partition may wait behind others before these are paused.</summary>
    private static readonly TimeSpan CrowdPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long windows wait for the first message of partitions that have just come.</summary>
    private static readonly TimeSpan NewPatience = TimeSpan.FromSeconds(0.5);
    private readonly HashSet<TopicPartition> paused = [];
    private long lastEmptied;
    private long lastExpected;

    /// <summary>
    /// Whether partitions have just come and were not heard of yet: what is there of others would fill the first
    /// windows.
    /// </summary>
    private bool AwaitsNew => silent.Any && clock.GetElapsedTime(lastExpected) < NewPatience;

    /// <summary>
    /// Waits for <paramref name="ready"/> and meanwhile reads ahead, so that rebalances are answered at once and the
    /// group never misses a poll. Once there is a whole window of every partition, or as much as may be, it waits
    /// without polling, and after <see cref="KafkaOptions.PauseAfterMs"/> pauses every partition and polls on; at the
    /// end it resumes those that have room.
    /// Start what <paramref name="ready"/> stands for (writing the last window to a channel, say) before the call: a
    /// revoke inside waits for that window to be published.
    /// </summary>
    /// <exception cref="KafkaFailureException">The consumer cannot go on: stop.</exception>
    public void GatherUntil(Task ready, CancellationToken stop)
    {
        Subscribe();
        using var polling = Heartbeat.Enter("polling", TimeSpan.Zero);
        while (!ready.IsCompleted && !stop.IsCancellationRequested)
        {
            RewindIfAbandoned();
            ResetUnreadable();
            PauseCrowding(CrowdPatience);
            // Reading ahead comes to its limit soon: not each message is a sign of life.
            if (!ahead.WantsMore(paused))
                HoldUntil(ready, stop);
            else if (ahead.IsEmpty)
                Poll(PollSlice);
            else if (!Poll(TimeSpan.Zero))
                Wait(ready, GatherPause, stop);
        }
    }

    /// <summary>From now on the partition should be heard of.</summary>
    private void Expect(TopicPartition partition)
    {
        ahead.Expect(partition);
        silent.Expect(partition);
        lastExpected = clock.GetTimestamp();
    }

    /// <summary>Takes all that the client has, up to the limit.</summary>
    private void ReadOn()
    {
        PauseCrowding(TimeSpan.Zero);
        while (ahead.WantsMore(paused) && Poll(GatherPause))
        {
        }
    }

    private static bool Wait(Task ready, TimeSpan atMost, CancellationToken stop)
    {
        // The task's own failure is its owner's to see.
        WaitHandle[] either = [((IAsyncResult)ready).AsyncWaitHandle, stop.WaitHandle];
        return WaitHandle.WaitAny(either, atMost) != WaitHandle.WaitTimeout;
    }

    /// <summary>With enough at hand: waits without polling, then pauses and polls, so that pausing stays rare.</summary>
    private void HoldUntil(Task ready, CancellationToken stop)
    {
        using (Heartbeat.Rest())
            if (Wait(ready, TimeSpan.FromMilliseconds(options.PauseAfterMs), stop))
                return;
        Holding(logger, options.PauseAfterMs);
        try
        {
            // Ends too when windows were abandoned: what is held here will then be read again.
            while (!ahead.WantsMore(paused) && readEpoch == Ledger.Epoch
                && !ready.IsCompleted && !stop.IsCancellationRequested)
            {
                // Every time: a rebalance brings partitions that are not paused.
                Heartbeat.Beat();
                PauseNew();
                Poll(PollSlice);
            }
        }
        finally
        {
            ResumeRoomy();
        }
    }

    private void PauseNew()
    {
        var assigned = life.Consumer.Assignment;
        paused.IntersectWith(assigned);
        assigned.RemoveAll(paused.Contains);
        Pause(assigned);
    }

    /// <summary>
    /// Where the limit is reached and the client was not seen empty for a while: other partitions may wait behind what
    /// the client holds of those that already have their share here. Pausing makes the client throw that away, so it is
    /// paid for by fetching it again, at most once for half of a share.
    /// </summary>
    private void PauseCrowding(TimeSpan patience)
    {
        if (ahead.IsCrowded(paused) && clock.GetElapsedTime(lastEmptied) >= patience)
            Pause(ahead.Crowding(paused));
    }

    private void Pause(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return;
        paused.UnionWith(partitions);
        try
        {
            life.Consumer.Pause(partitions);
        }
        catch (KafkaException error)
        {
            // Some are just going; the others are paused, and will be resumed.
            log.Write(LogLevel.Debug, "pause", error.Error.Reason);
        }
    }

    private void ResumeRoomy()
    {
        if (paused.Count > 0)
            Resume([.. paused.Where(ahead.HasRoom)]);
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

    [LoggerMessage(Level = LogLevel.Debug,
        Message = "The next window has been full for {Milliseconds} ms: partitions are paused until it is taken")]
    private static partial void Holding(ILogger logger, int milliseconds);
}
