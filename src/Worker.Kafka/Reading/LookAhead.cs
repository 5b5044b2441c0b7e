using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// What was read and is in no window yet, and the choice of what the next window takes. The invariant: a window takes
/// from the front of each partition's queue and from nowhere else, so what was handed out of a partition has no gap and
/// no record twice; what is still here was given to nobody, and its first offset is enough to read it again.
/// Of four records three are of the partition whose next one is the oldest, and one is of the partition that has waited
/// longest: so delays come together, and no partition with something waits for more than 4 records times the number of
/// partitions, whatever timestamps producers write. It takes no clock, holds no client and blocks nowhere.
/// Reader's thread only.
/// </summary>
internal sealed class LookAhead(WindowLimits limits)
{
    private const int Turns = 4;

    /// <summary>What a record takes in memory beside its key, value and headers, in bytes.</summary>
    private const int RecordMemory = 256;

    private readonly Dictionary<TopicPartition, PartitionQueue> byPartition = [];
    private readonly List<PartitionQueue> queues = [];
    private readonly List<SourceRecord> window = [];
    private PartitionQueue? last;
    private int count;
    private int enough = limits.MaxMessages;
    private int shortQueues;
    private long taken;

    /// <summary>Keys, values and headers together.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => count == 0;

    /// <summary>Whether there is enough for a window of the largest size.</summary>
    public bool CanFill => count >= limits.MaxMessages || Bytes >= limits.MaxBytes;

    /// <summary>Whether partitions ended behind what no reader sees.</summary>
    public bool HasEnds => queues.Exists(queue => queue.HasEnd);

    /// <summary>
    /// Whether more should be read: until each partition could fill a window alone (it may be the oldest), as long as
    /// the limit allows. One that has little here may have more behind what the client holds of others.
    /// </summary>
    /// <param name="paused">Of these nothing comes.</param>
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
    /// The partitions that hold their share of the limit or more. While these are paused the others may fill theirs: in
    /// all no more than twice the limit is held.
    /// </summary>
    public List<TopicPartition> Crowding(HashSet<TopicPartition> paused) =>
        [.. queues.Where(queue => IsCrowding(queue, paused)).Select(queue => queue.Partition)];

    /// <summary>Whether the partition may be resumed: half of its share is free.</summary>
    public bool HasRoom(TopicPartition partition) =>
        !byPartition.TryGetValue(partition, out var queue) || Memory(queue) <= Share / 2;

    /// <summary>Whether records of the partition are here.</summary>
    public bool Holds(TopicPartition partition) =>
        byPartition.TryGetValue(partition, out var queue) && !queue.IsEmpty;

    /// <summary>From now on the partition is expected to have something.</summary>
    public void Expect(TopicPartition partition) => QueueOf(partition);

    /// <param name="now">
    /// Milliseconds since 1970-01-01 UTC: a record that says it is of later, or does not say, counts as of now.
    /// </param>
    public void Add(ConsumeResult<byte[]?, byte[]?> result, long now)
    {
        // The client hands out a partition's messages in rows.
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
    /// The partition has nothing before this offset any more: what lies between its last message and here (markers of
    /// transactions, aborted messages) is nothing to wait for, and committing it lets its lag become 0.
    /// </summary>
    public void ReachedEnd(TopicPartition partition, long end) => QueueOf(partition).ReachedEnd(end);

    /// <summary>With no records here: forgets the ends that are committed already.</summary>
    public void DropSettled(WindowLedger ledger)
    {
        foreach (var queue in queues)
            queue.DropSettled(ledger.ResumeAt(queue.Partition));
    }

    /// <summary>Takes the next window out, up to its limits.</summary>
    public SourceWindow Compose(int epoch, WindowLedger ledger)
    {
        var (maximum, bytes) = (limits.MaxMessages, 0L);
        while (window.Count < maximum && bytes < limits.MaxBytes && count > 0)
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

    /// <summary>The partition is going, with what is here of it: its next owner reads that.</summary>
    public void Drop(TopicPartition partition)
    {
        if (!byPartition.Remove(partition, out var queue))
            return;
        Clear(queue);
        queues.Remove(queue);
        last = null;
        CountShort();
    }

    /// <summary>Throws away what is here; the ledger keeps where to read it again.</summary>
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

    /// <summary>One of those that are not empty; of two of the same age the one that has waited longer.</summary>
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

    private bool IsShort(PartitionQueue queue) => queue.Count < enough && queue.Bytes < limits.MaxBytes;

    /// <summary>Once a window: the pipeline may have changed how large that is.</summary>
    private void CountShort()
    {
        enough = limits.MaxMessages;
        shortQueues = 0;
        foreach (var queue in queues)
            shortQueues += IsShort(queue) ? 1 : 0;
    }

    private static long Memory(PartitionQueue queue) => queue.Bytes + (long)queue.Count * RecordMemory;
}
