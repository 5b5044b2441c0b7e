using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Records that were read from one partition and are in no window yet, in the partition's order. It also collects the
/// range that the window being composed takes: without gaps, from the first record taken. Reader's thread only.
/// </summary>
internal sealed class PartitionQueue(TopicPartition partition)
{
    private const long None = -1;
    private readonly Queue<(SourceRecord Record, long Bytes, long AgedFrom)> records = new();
    private long end = None;
    private long takenFirst = None;
    private long takenNext = None;

    public TopicPartition Partition => partition;

    public bool IsEmpty => records.Count == 0;

    /// <summary>
    /// Whether there is an offset to commit without a record, because the partition ended and everything before is
    /// taken.
    /// </summary>
    public bool HasEnd => end != None && IsEmpty;

    public int Count => records.Count;

    /// <summary>Keys, values and headers together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Timestamp of the record that is taken next; milliseconds since 1970-01-01 UTC.</summary>
    public long AgedFrom => records.Peek().AgedFrom;

    /// <summary>When a record was last taken, counted in records taken from all partitions.</summary>
    public long LastTaken { get; private set; }

    public void Add(SourceRecord record, long bytes, long agedFrom)
    {
        records.Enqueue((record, bytes, agedFrom));
        Bytes += bytes;
        end = None;
    }

    /// <summary>Before this offset the partition has no visible records except those here.</summary>
    public void ReachedEnd(long offset) => end = offset;

    /// <summary>Moves the first record to the window that is being composed.</summary>
    public SourceRecord Take(long turn, out long bytes)
    {
        (var record, bytes, _) = records.Dequeue();
        Bytes -= bytes;
        LastTaken = turn;
        if (takenFirst == None)
            takenFirst = record.Offset;
        takenNext = record.Offset + 1;
        return record;
    }

    /// <summary>Returns the window's range of this partition, once; false if it has none.</summary>
    public bool TryTakeRange(out OffsetRange range)
    {
        range = default;
        var hasEnd = HasEnd;
        if (takenFirst == None && !hasEnd)
            return false;
        var next = hasEnd ? Math.Max(takenNext, end) : takenNext;
        var first = takenFirst == None ? end : takenFirst;
        range = new OffsetRange(partition.Topic, partition.Partition.Value, first, next);
        takenFirst = takenNext = None;
        if (hasEnd)
            end = None;
        return true;
    }

    /// <summary>Forgets the end if it is already committed.</summary>
    public void DropSettled(long? committed)
    {
        if (end == committed)
            end = None;
    }

    /// <summary>The offset from which to read dropped records again; false if there are no records.</summary>
    public bool TryClear(out long first)
    {
        first = IsEmpty ? end : records.Peek().Record.Offset;
        records.Clear();
        Bytes = 0;
        end = None;
        return first != None;
    }
}
