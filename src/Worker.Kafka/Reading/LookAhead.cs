using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Messages that were read and are in no window yet, and the choice of what the next window takes. The invariant: a
/// window takes only from the front of each partition's queue. So the records handed out from a partition have no gap
/// and no duplicate, and the records still here were given to nobody; their first offset is enough to read them again.
/// Out of four records, three come from the partition whose next record is the oldest, and one from the partition that
/// has waited longest. So delays approach each other, and no partition with records waits for more than 4 records times
/// the number of partitions, whatever timestamps producers write. It uses no clock and no client, and never blocks.
/// Reader's thread only.
/// </summary>
internal sealed class LookAhead(WindowLimits limits)
{
    private const int Turns = 4;

    /// <summary>Memory of a record in addition to its key, value and headers, in bytes.</summary>
    private const int RecordMemory = 256;

    private readonly Dictionary<TopicPartition, PartitionQueue> byPartition = [];
    private readonly List<PartitionQueue> queues = [];
    private readonly List<SourceRecord> window = [];
    private PartitionQueue? last;
    private int count;
    private int enough = limits.MaxMessages;
    private long enoughBytes = limits.MaxBytes;
    private int shortQueues;
    private long taken;

    /// <summary>Keys, values and headers together.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => count == 0;

    /// <summary>Whether there is enough for a window of the largest size.</summary>
    public bool CanFill => count >= limits.MaxMessages || Bytes >= limits.MaxBytes;

    /// <summary>Whether partitions ended after entries that no reader sees.</summary>
    public bool HasEnds => queues.Exists(queue => queue.HasEnd);

    /// <summary>
    /// Whether more should be read: until each partition could fill a window alone (it may be the oldest), as long as
    /// the limit allows. A partition with few records here may have more behind the records that the client holds of
    /// others.
    /// </summary>
    /// <param name="paused">Partitions from which nothing comes.</param>
    public bool WantsMore(HashSet<TopicPartition> paused) => !CanFill || (shortQueues > 0 && !IsCrowded(paused));

    /// <summary>Whether the limit is reached, and there is a partition to pause, see <see cref="Crowding"/>.</summary>
    public bool IsCrowded(HashSet<TopicPartition> paused)
    {
        if (Bytes + (long)count * RecordMemory < limits.MaxAheadBytes)
            return false;
        foreach (var queue in queues)
            if (IsCrowding(queue, paused))
                return true;
        return false;
    }

    /// <summary>
    /// The partitions that hold their share of the limit or more. While these are paused the others may fill their
    /// shares; in all no more than twice the limit is held.
    /// </summary>
    public List<TopicPartition> Crowding(HashSet<TopicPartition> paused) =>
        [.. queues.Where(queue => IsCrowding(queue, paused)).Select(queue => queue.Partition)];

    /// <summary>Whether the partition may be resumed: half of its share is free.</summary>
    public bool HasRoom(TopicPartition partition) =>
        !byPartition.TryGetValue(partition, out var queue) || Memory(queue) <= Share / 2;

    /// <summary>Whether records of the partition are here.</summary>
    public bool Holds(TopicPartition partition) =>
        byPartition.TryGetValue(partition, out var queue) && !queue.IsEmpty;

    /// <summary>From now on the partition is expected to have records.</summary>
    public void Expect(TopicPartition partition) => QueueOf(partition);

    /// <param name="now"> Milliseconds since 1970-01-01 UTC. A record with a later timestamp, or without one, gets this
    /// time.
    /// </param>
    public void Add(ConsumeResult<byte[]?, byte[]?> result, long now)
    {
        // The client hands out a partition's messages in runs.
        var queue = last?.Partition.Partition == result.Partition && last.Partition.Topic == result.Topic
            ? last
            : last = QueueOf(result.TopicPartition);
        var record = SourceRecord.From(result, queue.Partition.Topic);
        var bytes = record.Size();
        var wasShort = IsShort(queue);
        queue.Add(record, bytes, record.TimestampMs < 0 ? now : Math.Min(record.TimestampMs, now));
        if (wasShort && !IsShort(queue))
            shortQueues--;
        count++;
        Bytes += bytes;
    }

    /// <summary>
    /// The partition has nothing more before this offset. The entries between its last message and here (markers of
    /// transactions, aborted messages) need not be waited for, and committing this offset lets the lag become 0.
    /// </summary>
    public void ReachedEnd(TopicPartition partition, long end) => QueueOf(partition).ReachedEnd(end);

    /// <summary>If there are no records here: forgets the ends that are already committed.</summary>
    public void DropSettled(WindowLedger ledger)
    {
        foreach (var queue in queues)
            queue.DropSettled(ledger.ResumeAt(queue.Partition));
    }

    /// <summary>Removes and returns the next window, up to its limits.</summary>
    public SourceWindow Compose(int epoch, WindowLedger ledger)
    {
        var (maximum, maximumBytes, bytes) = (limits.MaxMessages, limits.MaxBytes, 0L);
        while (window.Count < maximum && bytes < maximumBytes && count > 0)
        {
            var queue = Choose();
            window.Add(queue.Take(++taken, out var size));
            bytes += size;
            count--;
        }
        Bytes -= bytes;
        CountShort();
        var ranges = new List<OffsetRange>(queues.Count);
        foreach (var queue in queues)
            if (queue.TryTakeRange(out var range))
                ranges.Add(range);
        var composed = new SourceWindow([.. window], [.. ranges], bytes, epoch, ledger);
        window.Clear();
        return composed;
    }

    /// <summary>The partition goes, with its records here; its next owner reads them.</summary>
    public void Drop(TopicPartition partition)
    {
        if (!byPartition.Remove(partition, out var queue))
            return;
        Clear(queue);
        queues.Remove(queue);
        last = null;
        CountShort();
    }

    /// <summary>Drops all records here; the ledger remembers where to read them again.</summary>
    public void Unread(WindowLedger ledger)
    {
        foreach (var queue in queues)
            if (Clear(queue) is { } first)
                ledger.Unread(queue.Partition, first);
        CountShort();
    }

    private long Share => limits.MaxAheadBytes / Math.Max(1, queues.Count);

    private bool IsCrowding(PartitionQueue queue, HashSet<TopicPartition> paused) =>
        Memory(queue) >= Share && !paused.Contains(queue.Partition);

    /// <summary>
    /// One of the queues that are not empty; of two with the same age, the one that has waited longer.
    /// </summary>
    private PartitionQueue Choose()
    {
        PartitionQueue? best = null;
        var byAge = (taken + 1) % Turns != 0;
        foreach (var queue in queues)
        {
            if (queue.IsEmpty)
                continue;
            var order = best is null || !byAge ? 0 : queue.AgedFrom.CompareTo(best.AgedFrom);
            if (best is null || order < 0 || (order == 0 && queue.LastTaken < best.LastTaken))
                best = queue;
        }
        return best!;
    }

    private PartitionQueue QueueOf(TopicPartition partition)
    {
        if (byPartition.TryGetValue(partition, out var queue))
            return queue;
        byPartition.Add(partition, queue = new PartitionQueue(partition));
        queues.Add(queue);
        shortQueues++;
        return queue;
    }

    private long? Clear(PartitionQueue queue)
    {
        count -= queue.Count;
        Bytes -= queue.Bytes;
        return queue.TryClear(out var first) ? first : null;
    }

    private bool IsShort(PartitionQueue queue) => queue.Count < enough && queue.Bytes < enoughBytes;

    /// <summary>Once per window, because the pipeline may have changed its size.</summary>
    private void CountShort()
    {
        (enough, enoughBytes) = (limits.MaxMessages, limits.MaxBytes);
        shortQueues = 0;
        foreach (var queue in queues)
            shortQueues += IsShort(queue) ? 1 : 0;
    }

    private static long Memory(PartitionQueue queue) => queue.Bytes + (long)queue.Count * RecordMemory;
}
