using Microsoft.Extensions.Logging;

namespace Worker.Pipeline;

/// <summary>
/// Says once that windows are read again, and once, with the count, that one was published after that; and how long to
/// wait before the next try, so that a fault that shows at once does not become a busy loop. Publisher's thread only.
/// </summary>
internal sealed partial class RewindLog(ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private int rewinds;
    private long since;

    /// <summary>A window was not published; returns how long to wait before the next, 0 after the first.</summary>
    public TimeSpan Rewound(string reason)
    {
        if (rewinds++ == 0)
        {
            since = clock.GetTimestamp();
            Rewinding(log, reason);
            return TimeSpan.Zero;
        }
        var most = Math.Min(Longest.TotalMilliseconds, 25 * Math.Pow(2, Math.Min(rewinds, 10)));
        return TimeSpan.FromMilliseconds(most * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>A window was published.</summary>
    public void Published()
    {
        if (rewinds == 0)
            return;
        Recovered(log, rewinds, clock.GetElapsedTime(since).TotalSeconds);
        rewinds = 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A window was not published and is read again: {Reason}")]
    private static partial void Rewinding(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Windows are published again: {Rewinds} were read again in {Seconds:F1} s")]
    private static partial void Recovered(ILogger log, int rewinds, double seconds);
}
