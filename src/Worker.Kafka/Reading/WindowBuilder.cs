using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>The window that is being gathered: records in arrival order up to a limit of messages and bytes. Reader's thread only.</summary>
internal sealed class WindowBuilder(WindowLimits limits)
{
    private readonly List<SourceRecord> _records = [];
    private readonly Dictionary<(string Topic, int Partition), TakenRange> _taken = [];
    private string _topic = "";

    /// <summary>Keys and values together.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => _records.Count == 0;

    public bool IsFull => _records.Count >= limits.MaxMessages || Bytes >= limits.MaxBytes;

    public void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        // The client makes a new string for every message.
        if (!string.Equals(_topic, result.Topic, StringComparison.Ordinal))
            _topic = result.Topic;
        var message = result.Message;
        var record = new SourceRecord
        {
            Topic = _topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            Key = message.Key,
            Value = message.Value,
            Headers = Plain(message.Headers),
            TimestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? -1 : message.Timestamp.UnixTimestampMs,
        };
        _records.Add(record);
        Bytes += SizeOf(record);
        ref var range = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, (record.Topic, record.Partition), out var known);
        if (!known)
            range.First = record.Offset;
        range.Next = record.Offset + 1;
    }

    /// <summary>Takes out what belongs to a partition that is going: its next owner reads it.</summary>
    public void Drop(TopicPartition partition)
    {
        if (!_taken.Remove((partition.Topic, partition.Partition.Value)))
            return;
        _records.RemoveAll(record => record.Partition == partition.Partition.Value && record.Topic == partition.Topic);
        Bytes = 0;
        foreach (var record in _records)
            Bytes += SizeOf(record);
    }

    /// <summary>Throws away what was gathered; the ledger keeps where to read it again.</summary>
    public void Unread(WindowLedger ledger)
    {
        foreach (var ((topic, partition), range) in _taken)
            ledger.Unread(new TopicPartition(topic, partition), range.First);
        Clear();
    }

    /// <summary>Hands the window over and starts the next.</summary>
    public SourceWindow Build(int epoch, WindowLedger ledger)
    {
        var ranges = new OffsetRange[_taken.Count];
        var at = 0;
        foreach (var ((topic, partition), range) in _taken)
            ranges[at++] = new OffsetRange(topic, partition, range.First, range.Next);
        var window = new SourceWindow([.. _records], ranges, Bytes, epoch, ledger);
        Clear();
        return window;
    }

    private void Clear()
    {
        _records.Clear();
        _taken.Clear();
        Bytes = 0;
    }

    private static int SizeOf(SourceRecord record) => (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);

    private static RecordHeader[] Plain(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        var plain = new RecordHeader[headers.Count];
        for (var i = 0; i < plain.Length; i++)
            plain[i] = new RecordHeader(headers[i].Key, headers[i].GetValueBytes());
        return plain;
    }

    private struct TakenRange
    {
        public long First;
        public long Next;
    }
}
