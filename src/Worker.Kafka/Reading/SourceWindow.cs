namespace Worker.Kafka.Reading;

/// <summary>The next offset to read of one partition: one past the last one taken.</summary>
public readonly record struct NextOffset(string Topic, int Partition, long Offset);

/// <summary>What arrived while the window before was being computed, in the order in which each partition has it.</summary>
public sealed class SourceWindow
{
    private readonly WindowLedger _ledger;

    internal SourceWindow(SourceRecord[] records, NextOffset[] nextOffsets, long bytes, int epoch, WindowLedger ledger)
    {
        Records = records;
        NextOffsets = nextOffsets;
        Bytes = bytes;
        Epoch = epoch;
        _ledger = ledger;
    }

    /// <summary>At least one.</summary>
    public SourceRecord[] Records { get; }

    /// <summary>What is committed with this window: one entry a partition that it has records of.</summary>
    public NextOffset[] NextOffsets { get; }

    /// <summary>Keys and values together.</summary>
    public long Bytes { get; }

    /// <summary>Counts how often windows in flight were abandoned (partitions lost, transaction aborted) before this one was read.</summary>
    public int Epoch { get; }

    /// <summary>
    /// True once the window was abandoned: its messages will be read again, here or by another worker. The pipeline may
    /// drop it at any stage; publishing it does nothing.
    /// </summary>
    public bool IsStale => Epoch != _ledger.Epoch;
}
