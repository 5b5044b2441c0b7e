using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// A window of which it is not known whether it is committed, everywhere: its producer ended in its transaction, or
/// brokers failed just after they had acknowledged the commit, and may not have told every partition.
/// </summary>
/// <param name="Window">The messages.</param>
/// <param name="Records">What they led to.</param>
/// <param name="Places">Where its records were written, by each transaction whose commit was asked for; of others
/// nothing is committed.</param>
/// <param name="IsAcknowledged">Whether the commit was acknowledged.</param>
internal sealed record UndecidedWindow(
    SourceWindow Window,
    IReadOnlyList<OutgoingRecord> Records, List<IReadOnlyDictionary<TopicPartition, OffsetSpan>> Places,
    bool IsAcknowledged = false)
{
    /// <summary>Whether somebody can have committed it.</summary>
    public bool CommitAsked => Places.Count > 0;

    /// <summary>
    /// What is missing of a window that was committed in part. A broker that coordinated the transaction, was killed
    /// when it alone had logged the commit, and came back at once, takes itself for the coordinator again and tells the
    /// partitions that others lead; the real coordinator then aborts the rest (Kafka 4.3). Input partition by input
    /// partition: one of which nothing is committed is left to be read again; so is one that somebody else has taken
    /// further.
    /// </summary>
    /// <param name="seen">What a read_committed reader sees of each record.</param>
    /// <param name="committed">The group's offsets; a partition is absent where it has committed none.</param>
    /// <param name="before">
    /// Of a window whose commit was acknowledged: the group's offsets before anything was ended. Those that had reached
    /// the window's end were its own, so nobody else does its messages again, however far the group has come since.
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

    /// <summary>Only further on: somebody else has done the message again.</summary>
    Later,
}

/// <summary>What is still to be written and committed of a window.</summary>
internal readonly record struct Remainder(List<OutgoingRecord> Records, List<TopicPartitionOffset> Offsets)
{
    public bool IsEmpty => Records.Count == 0 && Offsets.Count == 0;
}
