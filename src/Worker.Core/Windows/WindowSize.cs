namespace Worker.Core.Windows;

/// <summary>
/// How large the next window may be, so that the device takes about a target time for it. The time is short enough
/// that no message waits long and a new head is soon in use, and long enough to sort by length usefully. There is no
/// timer: the size follows from the time of the windows before. One caller at a time.
/// </summary>
public sealed class WindowSize
{
    private readonly long minimum;
    private readonly long maximum;
    private readonly TimeSpan target;
    private double perSecond;

    private WindowSize(long first, long minimum, long maximum, TimeSpan target)
    {
        (this.minimum, this.maximum, this.target) = (Math.Min(minimum, maximum), maximum, target);
        Next = target == TimeSpan.Zero ? maximum : Math.Min(first, maximum);
    }

    /// <summary>Messages or bytes that the next window may have; any thread may read it.</summary>
    public long Next { get; private set; }

    /// <summary>A size in messages.</summary>
    /// <param name="maximum">Maximum number of messages in a window.</param>
    /// <param name="target">How long the device should take for a window; zero for no such limit.</param>
    public static WindowSize OfMessages(int maximum, TimeSpan target) => new(128, 16, maximum, target);

    /// <summary>
    /// A size in bytes, for encoders that do not cut long texts at what the device takes at once: a window's time then
    /// grows with their length, and a limit on messages bounds it no more.
    /// </summary>
    /// <param name="maximum">Maximum number of bytes in a window.</param>
    /// <param name="target">As of messages.</param>
    public static WindowSize OfBytes(long maximum, TimeSpan target) => new(64 << 10, 4 << 10, maximum, target);

    /// <summary>Learns from a window.</summary>
    /// <param name="size">How many messages or bytes it had.</param>
    /// <param name="took">How long the device took.</param>
    public void Learn(long size, TimeSpan took)
    {
        // The time of tiny windows is mostly overhead, not speed.
        if (target == TimeSpan.Zero || size < minimum || took <= TimeSpan.Zero)
            return;
        var rate = size / took.TotalSeconds;
        perSecond = perSecond == 0 ? rate : (perSecond * 3 + rate) / 4;
        Next = (long)Math.Clamp(perSecond * target.TotalSeconds, minimum, maximum);
    }
}
