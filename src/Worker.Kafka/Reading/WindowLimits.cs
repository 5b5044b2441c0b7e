namespace Worker.Kafka.Reading;

/// <summary>Where a window ends. The pipeline may change it at any time, from any thread.</summary>
public sealed class WindowLimits(int maxMessages, long maxBytes)
{
    private volatile int maxMessages = maxMessages;
    private readonly long highestBytes = maxBytes;
    private long bytes = maxBytes;

    /// <summary>Maximum number of messages in a window, at least 1.</summary>
    public int MaxMessages
    {
        get => maxMessages;
        set => maxMessages = Math.Max(1, value);
    }

    /// <summary>A window closes when its keys, values and headers reach this many bytes.</summary>
    public long MaxBytes
    {
        get => Volatile.Read(ref bytes);
        set => Volatile.Write(ref bytes, Math.Clamp(value, 1, highestBytes));
    }

    /// <summary>
    /// For records that are in no window yet: bytes of memory after which no partition may fill more than its share.
    /// </summary>
    public long MaxAheadBytes { get; } = 4 * Math.Min(maxBytes, long.MaxValue / 4);
}
