using Confluent.Kafka;
using Worker.Core.Health;

namespace Worker.Kafka.Groups;

/// <summary>
/// Which windows are in flight, and from where to read again when they are abandoned. It protects two threads from each
/// other: while a window is being published, no partition is given up, and once windows are abandoned none of them can
/// be published. Windows are published one at a time, in the order in which they were handed out.
/// </summary>
internal sealed class WindowLedger(TimeProvider clock)
{
    private readonly object gate = new();
    private readonly Dictionary<TopicPartition, long> resume = [];
    private int epoch;
    private int inFlight;
    private bool publishing;
    private bool letGo;
    private bool recovering;
    private bool halted;
    private bool unsure;

    /// <summary>Rises by one whenever the windows in flight are abandoned.</summary>
    public int Epoch => Volatile.Read(ref epoch);

    /// <summary>Windows handed out and neither settled nor abandoned.</summary>
    public int InFlight
    {
        get
        {
            lock (gate)
                return inFlight;
        }
    }

    /// <summary>Reader: counts a window as in flight; false if windows were abandoned after it was begun.</summary>
    public bool TryHandOut(SourceWindow window)
    {
        lock (gate)
        {
            foreach (var range in window.Ranges)
                resume.TryAdd(new TopicPartition(range.Topic, range.Partition), range.First);
            if (window.Epoch != epoch)
                return false;
            inFlight++;
            return true;
        }
    }

    /// <summary>Publisher: partitions stay from now on until the window ends; false if the window is stale.</summary>
    public bool TryBegin(SourceWindow window)
    {
        lock (gate)
        {
            if (window.Epoch != epoch || letGo)
                return false;
            return publishing = true;
        }
    }

    /// <summary>Publisher: everything of the window is in Kafka.</summary>
    public void Settle(SourceWindow window)
    {
        lock (gate)
        {
            publishing = false;
            inFlight--;
            foreach (var range in window.Ranges)
                resume[new TopicPartition(range.Topic, range.Partition)] = range.Next;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Publisher: the window will be published again with one record replaced.</summary>
    public void Return()
    {
        lock (gate)
        {
            publishing = false;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Publisher: the window failed, and with it all that were read after it.</summary>
    public void Abandon()
    {
        lock (gate)
        {
            publishing = false;
            AbandonLocked();
        }
    }

    /// <summary>
    /// Publisher: the window failed but its offsets may have been committed. Until <see cref="EndRecovery"/> a fresh
    /// producer finds out, and partitions stay, because another worker would read on from offsets that may still move.
    /// </summary>
    public void BeginRecovery()
    {
        lock (gate)
        {
            publishing = false;
            recovering = unsure = true;
            AbandonLocked();
        }
    }

    /// <summary>
    /// Publisher: messages read since <see cref="BeginRecovery"/> are abandoned, and the group must be asked for its
    /// offsets once more.
    /// </summary>
    public void EndRecovery()
    {
        lock (gate)
        {
            recovering = false;
            unsure = true;
            AbandonLocked();
        }
    }

    /// <summary>Any thread: nothing is published any more, and nobody waits for windows in flight.</summary>
    public void Halt()
    {
        lock (gate)
        {
            halted = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Reader: whether a fresh producer is finding out how the last window ended.</summary>
    public bool IsRecovering
    {
        get
        {
            lock (gate)
                return recovering;
        }
    }

    /// <summary>Reader: whether the group must be asked for its offsets before anything is read again.</summary>
    public bool AreOffsetsUnknown
    {
        get
        {
            lock (gate)
                return unsure;
        }
    }

    /// <summary>
    /// Reader: takes the group's committed offsets for the partitions read so far; they were asked for after windows of
    /// this epoch were abandoned.
    /// </summary>
    public void Learn(IEnumerable<TopicPartitionOffset> committed, int askedInEpoch)
    {
        lock (gate)
        {
            foreach (var partition in committed)
                if (partition.Offset.Value >= 0 && resume.ContainsKey(partition.TopicPartition))
                    resume[partition.TopicPartition] = partition.Offset.Value;
            if (askedInEpoch == epoch)
                unsure = false;
        }
    }

    /// <summary>
    /// Reader, before partitions go: waits until nothing is in flight and no recovery is running. It waits at most
    /// <paramref name="bound"/>, and not at all once nothing is published any more, but in any case until the window
    /// that is being published has ended. Windows still in flight then are abandoned, and this returns false.
    /// </summary>
    public bool Drain(TimeSpan bound)
    {
        var start = clock.GetTimestamp();
        lock (gate)
        {
            while ((inFlight > 0 || recovering) && !halted
                && bound - clock.GetElapsedTime(start) is { Ticks: > 0 } left)
                Monitor.Wait(gate, left);
            letGo = true;
            while (publishing)
                Monitor.Wait(gate);
            letGo = false;
            if (inFlight == 0)
                return true;
            AbandonLocked();
            return false;
        }
    }

    /// <summary>
    /// The same; the reader's heartbeat rests meanwhile, because the publisher may be waiting for a broker.
    /// </summary>
    public bool Drain(TimeSpan bound, Heartbeat heartbeat)
    {
        using (heartbeat.Rest())
            return Drain(bound);
    }

    /// <summary>
    /// Reader: the partition starts again or is gone; what was known about its offsets no longer holds.
    /// </summary>
    public void Forget(TopicPartition partition)
    {
        lock (gate)
            resume.Remove(partition);
    }

    /// <summary>
    /// Reader: records from this offset on were taken and will be dropped; a known earlier offset stays.
    /// </summary>
    public void Unread(TopicPartition partition, long first)
    {
        lock (gate)
            resume.TryAdd(partition, first);
    }

    /// <summary>
    /// Reader: the offset to read again from, after windows were abandoned; null if no record was taken yet.
    /// </summary>
    public long? ResumeAt(TopicPartition partition)
    {
        lock (gate)
            return resume.TryGetValue(partition, out var offset) ? offset : null;
    }

    /// <summary>For tests: as if what was settled from this offset on had not been.</summary>
    internal void Rewrite(string topic, int partition, long offset)
    {
        lock (gate)
            resume[new TopicPartition(topic, partition)] = offset;
    }

    private void AbandonLocked()
    {
        inFlight = 0;
        epoch++;
        Monitor.PulseAll(gate);
    }
}
