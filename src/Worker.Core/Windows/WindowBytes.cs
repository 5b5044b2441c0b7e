namespace Worker.Core.Windows;

/// <summary>
/// How many bytes the next window may have where long texts are not cut at what the device takes at once: its time then
/// grows with their length, and a limit on messages bounds it no more. Like <see cref="WindowSize"/> it follows from
/// the time of the windows before. One caller at a time.
/// </summary>
public sealed class WindowBytes
{
    private const long First = 64 << 10;
    private const long Minimum = 4 << 10;

    private readonly long maximum;
    private readonly TimeSpan target;
    private double bytesPerSecond;

    /// <param name="maximum">Maximum number of bytes in a window.</param>
    /// <param name="target">How long the device should take for a window; zero for no such limit.</param>
    public WindowBytes(long maximum, TimeSpan target)
    {
        this.maximum = maximum;
        this.target = target;
        Next = target == TimeSpan.Zero ? maximum : Math.Min(First, maximum);
    }

    /// <summary>Bytes after which the next window closes.</summary>
    public long Next { get; private set; }

    /// <summary>Learns from a window.</summary>
    /// <param name="bytes">How many it had.</param>
    /// <param name="took">How long the device took.</param>
    public void Learn(long bytes, TimeSpan took)
    {
        // The time of tiny windows is mostly overhead, not speed.
        if (target == TimeSpan.Zero || bytes < Math.Min(Minimum, maximum) || took <= TimeSpan.Zero)
            return;
        var rate = bytes / took.TotalSeconds;
        bytesPerSecond = bytesPerSecond == 0 ? rate : (bytesPerSecond * 3 + rate) / 4;
        Next = (long)Math.Clamp(bytesPerSecond * target.TotalSeconds, Math.Min(Minimum, maximum), maximum);
    }
}
