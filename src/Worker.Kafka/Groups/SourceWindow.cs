using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>
/// A window's part of one partition: from <paramref name="First"/> up to, not including, <paramref name="Next"/>, which
/// is committed. If the partition ended after the last message, Next is after the entries that no reader sees
/// (transaction markers).
/// </summary>
public readonly record struct OffsetRange(string Topic, int Partition, long First, long Next);

/// <summary>
/// The messages that arrived while the window before was being computed, in the order of each partition.
/// </summary>
public sealed class SourceWindow
{
    private readonly WindowLedger ledger;

    internal SourceWindow(SourceRecord[] records, OffsetRange[] ranges, long bytes, int epoch, WindowLedger ledger)
    {
        Records = records;
        Ranges = ranges;
        Bytes = bytes;
        Epoch = epoch;
        this.ledger = ledger;
    }

    /// <summary>
    /// Empty if only offsets are to be committed, because partitions ended after entries that no reader sees.
    /// </summary>
    public SourceRecord[] Records { get; }

    /// <summary>One entry for each partition that the window has records of, or whose end it reached.</summary>
    public OffsetRange[] Ranges { get; }

    /// <summary>Keys, values and headers together.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Counts how often windows in flight were abandoned (partitions lost, transaction aborted) before this one was
    /// read.
    /// </summary>
    public int Epoch { get; }

    /// <summary>
    /// True once the window was abandoned: its messages will be read again, here or by another worker. The pipeline may
    /// drop it at any stage; publishing it does nothing.
    /// </summary>
    public bool IsStale => Epoch != ledger.Epoch;

    /// <summary>What is committed once it is published.</summary>
    internal List<TopicPartitionOffset> Offsets()
    {
        var offsets = new List<TopicPartitionOffset>(Ranges.Length);
        foreach (var range in Ranges)
            offsets.Add(new TopicPartitionOffset(range.Topic, range.Partition, range.Next));
        return offsets;
    }
}
