using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// A window of which it is not known whether it is committed everywhere. Either its producer ended during its
/// transaction, or brokers failed just after they had acknowledged the commit and may not have told every partition.
/// </summary>
/// <param name="Window">The messages.</param>
/// <param name="Records">Their output records.</param>
/// <param name="Places">Where its records were written, by each transaction whose commit was asked for; other
/// transactions have committed nothing.</param>
/// <param name="IsAcknowledged">Whether the commit was acknowledged.</param>
internal sealed record UndecidedWindow(
    SourceWindow Window,
    IReadOnlyList<OutgoingRecord> Records, List<IReadOnlyDictionary<TopicPartition, OffsetSpan>> Places,
    bool IsAcknowledged = false)
{
    /// <summary>Whether it can have been committed.</summary>
    public bool CommitAsked => Places.Count > 0;

    /// <summary>
    /// What is missing of a window that was committed in part. This happens when the broker that coordinates the
    /// transaction is killed when it alone has logged the commit, and comes back immediately. It believes that it is
    /// still the coordinator and tells the partitions that others lead; the real coordinator then aborts the rest
    /// (Kafka 4.3). Each input partition is handled separately: one of which nothing is committed is left to be read
    /// again, and so is one that another worker has taken further.
    /// </summary>
    /// <param name="seen">How a read_committed reader sees each record.</param>
    /// <param name="committed">The group's offsets; a partition without a committed offset is absent.</param>
    /// <param name="before"> For a window whose commit was acknowledged: the group's offsets before anything was ended.
    /// Offsets that had reached the window's end were its own, so no other worker processes its messages again, however
    /// far the group has come since.
    /// </param>
    public Remainder Missing(
        IReadOnlyList<Sighting> seen, IReadOnlyDictionary<TopicPartition, long> committed,
        IReadOnlyDictionary<TopicPartition, long>? before = null)
    {
        var records = new List<OutgoingRecord>();
        var offsets = new List<TopicPartitionOffset>();
        foreach (var range in Window.Ranges)
        {
            var partition = new TopicPartition(range.Topic, range.Partition);
            var own = Enumerable.Range(0, Records.Count).Where(index => IsOf(range, Records[index])).ToList();
            var offset = committed.GetValueOrDefault(partition, -1);
            var isVisible = own.Exists(index => seen[index] == Sighting.Here);
            var wasCommitted = before?.GetValueOrDefault(partition, -1) >= range.Next;
            if (!isVisible && offset != range.Next && !wasCommitted)
                continue;
            records.AddRange(own.Where(index => seen[index] == Sighting.None).Select(index => Records[index]));
            if (offset < range.Next)
                offsets.Add(new TopicPartitionOffset(partition, range.Next));
        }
        return new Remainder(records, offsets);
    }

    /// <summary>Whether everything of the window is visible, and its offsets are committed.</summary>
    /// <param name="seen">As in <see cref="Missing"/>.</param>
    /// <param name="committed">As in <see cref="Missing"/>.</param>
    public bool IsWhole(IReadOnlyList<Sighting> seen, IReadOnlyDictionary<TopicPartition, long> committed) =>
        seen.All(sighting => sighting != Sighting.None) && Window.Ranges.All(range =>
            committed.GetValueOrDefault(new TopicPartition(range.Topic, range.Partition), -1) >= range.Next);

    private bool IsOf(OffsetRange range, OutgoingRecord record) =>
        record.Source >= 0 && Window.Records[record.Source] is { } source && source.Partition == range.Partition
            && source.Topic == range.Topic;
}

/// <summary>Whether a read_committed reader sees a record.</summary>
internal enum Sighting
{
    None,

    /// <summary>Where this worker wrote it.</summary>
    Here,

    /// <summary>Only further on, because another worker has processed the message again.</summary>
    Later,
}

/// <summary>What must still be written and committed of a window.</summary>
internal readonly record struct Remainder(List<OutgoingRecord> Records, List<TopicPartitionOffset> Offsets)
{
    public bool IsEmpty => Records.Count == 0 && Offsets.Count == 0;
}
