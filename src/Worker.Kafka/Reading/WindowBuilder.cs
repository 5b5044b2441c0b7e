using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>The window that is being gathered: records in arrival order up to a limit of messages and bytes. Reader's thread only.</summary>
internal sealed class WindowBuilder(int maxMessages, long maxBytes)
{
    private readonly List<SourceRecord> _records = [];
    private readonly Dictionary<TopicPartition, long> _next = [];

    /// <summary>Keys and values together.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => _records.Count == 0;

    public bool IsFull => _records.Count >= maxMessages || Bytes >= maxBytes;

    public void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        var message = result.Message;
        _records.Add(new SourceRecord
        {
            Topic = result.Topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            Key = message.Key,
            Value = message.Value,
            Headers = Plain(message.Headers),
            TimestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? -1 : message.Timestamp.UnixTimestampMs,
        });
        _next[result.TopicPartition] = result.Offset.Value + 1;
        Bytes += (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0);
    }

    /// <summary>Takes out what belongs to a partition that is going: its next owner reads it.</summary>
    public void Drop(TopicPartition partition)
    {
        if (!_next.Remove(partition))
            return;
        _records.RemoveAll(record => record.Partition == partition.Partition.Value && record.Topic == partition.Topic);
        Bytes = 0;
        foreach (var record in _records)
            Bytes += (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
    }

    public void Clear()
    {
        _records.Clear();
        _next.Clear();
        Bytes = 0;
    }

    /// <summary>Hands the window over and starts the next.</summary>
    public SourceWindow Build(int epoch, WindowLedger ledger)
    {
        var next = new NextOffset[_next.Count];
        var at = 0;
        foreach (var (partition, offset) in _next)
            next[at++] = new NextOffset(partition.Topic, partition.Partition.Value, offset);
        var window = new SourceWindow([.. _records], next, Bytes, epoch, ledger);
        Clear();
        return window;
    }

    private static RecordHeader[] Plain(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        var plain = new RecordHeader[headers.Count];
        for (var i = 0; i < plain.Length; i++)
            plain[i] = new RecordHeader(headers[i].Key, headers[i].GetValueBytes());
        return plain;
    }
}
