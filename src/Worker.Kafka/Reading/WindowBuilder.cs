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
