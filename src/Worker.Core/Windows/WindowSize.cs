namespace Worker.Core.Windows;

/// <summary>
/// How many messages the next window may have, so that the device takes about a target time for it. The time is short
/// enough that no message waits long and a new head is soon in use, and long enough to sort by length usefully. There
/// is no timer: the size follows from the time of the windows before. One caller at a time.
/// </summary>
public sealed class WindowSize
{
    private const int First = 128;
    private const int Minimum = 16;

    private readonly int maximum;
    private readonly TimeSpan target;
    private double messagesPerSecond;

    /// <param name="maximum">Maximum number of messages in a window.</param>
    /// <param name="target">How long the device should take for a window; zero for no such limit.</param>
    public WindowSize(int maximum, TimeSpan target)
    {
        this.maximum = maximum;
        this.target = target;
        Next = target == TimeSpan.Zero ? maximum : Math.Min(First, maximum);
    }

    /// <summary>Messages the next window may have; any thread may read it.</summary>
    public int Next { get; private set; }

    /// <summary>Learns from a window.</summary>
    /// <param name="messages">How many it had.</param>
    /// <param name="took">How long the device took.</param>
    public void Learn(int messages, TimeSpan took)
    {
        // The time of tiny windows is mostly overhead, not speed.
        if (target == TimeSpan.Zero || messages < Minimum || took <= TimeSpan.Zero)
            return;
        var rate = messages / took.TotalSeconds;
        messagesPerSecond = messagesPerSecond == 0 ? rate : (messagesPerSecond * 3 + rate) / 4;
        Next = (int)Math.Clamp(messagesPerSecond * target.TotalSeconds, Math.Min(Minimum, maximum), maximum);
    }
}
