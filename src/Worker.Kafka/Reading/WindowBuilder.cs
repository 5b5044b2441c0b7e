using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>The window that is being gathered: records in arrival order up to a limit of messages and bytes. Reader's thread only.</summary>
internal sealed class WindowBuilder(WindowLimits limits)
{
    private readonly List<SourceRecord> records = [];
    private readonly Dictionary<(string Topic, int Partition), TakenRange> taken = [];
    private string lastTopic = "";

    /// <summary>Keys, values and headers together.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => records.Count == 0;

    /// <summary>Whether there are offsets to commit, with records or without.</summary>
    public bool HasRanges => taken.Count > 0;

    public bool IsFull => records.Count >= limits.MaxMessages || Bytes >= limits.MaxBytes;

    public void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        // The client makes a new string for every message.
        if (!string.Equals(lastTopic, result.Topic, StringComparison.Ordinal))
            lastTopic = result.Topic;
        var record = SourceRecord.From(result, lastTopic);
        records.Add(record);
        Bytes += SizeOf(record);
        ref var range = ref CollectionsMarshal.GetValueRefOrAddDefault(taken, (record.Topic, record.Partition), out var known);
        if (!known)
            range.First = record.Offset;
        range.Next = record.Offset + 1;
    }

    /// <summary>
    /// The partition has nothing before this offset any more: what lies between its last message and here (markers of
    /// transactions, aborted messages) is nothing to wait for, and committing it lets its lag become 0.
    /// </summary>
    public void ReachedEnd(TopicPartition partition, long end)
    {
        ref var range = ref CollectionsMarshal.GetValueRefOrAddDefault(taken, (partition.Topic, partition.Partition.Value), out var known);
        if (!known)
            range.First = end;
        range.Next = Math.Max(range.Next, end);
    }

    /// <summary>With no records gathered: forgets the ends that are committed already.</summary>
    public void DropSettled(WindowLedger ledger)
    {
        foreach (var ((topic, partition), range) in taken)
            if (ledger.ResumeAt(new TopicPartition(topic, partition)) == range.Next)
                taken.Remove((topic, partition));
    }

    /// <summary>Takes out what belongs to a partition that is going: its next owner reads it.</summary>
    public void Drop(TopicPartition partition)
    {
        if (!taken.Remove((partition.Topic, partition.Partition.Value)))
            return;
        records.RemoveAll(record => record.Partition == partition.Partition.Value && record.Topic == partition.Topic);
        Bytes = 0;
        foreach (var record in records)
            Bytes += SizeOf(record);
    }

    /// <summary>Throws away what was gathered; the ledger keeps where to read it again.</summary>
    public void Unread(WindowLedger ledger)
    {
        foreach (var ((topic, partition), range) in taken)
            ledger.Unread(new TopicPartition(topic, partition), range.First);
        Clear();
    }

    /// <summary>Hands the window over and starts the next.</summary>
    public SourceWindow Build(int epoch, WindowLedger ledger)
    {
        var ranges = new OffsetRange[taken.Count];
        var at = 0;
        foreach (var ((topic, partition), range) in taken)
            ranges[at++] = new OffsetRange(topic, partition, range.First, range.Next);
        var window = new SourceWindow([.. records], ranges, Bytes, epoch, ledger);
        Clear();
        return window;
    }

    private void Clear()
    {
        records.Clear();
        taken.Clear();
        Bytes = 0;
    }

    private static long SizeOf(SourceRecord record)
    {
        long size = (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
        foreach (var header in record.Headers)
            size += header.Name.Length + (header.Value?.Length ?? 0);
        return size;
    }

    private struct TakenRange
    {
        public long First;
        public long Next;
    }
}
