using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;

namespace Worker.Pipeline;

/// <summary>
/// Writes one line when windows are read again, and one line with their count when a window is published after that. In
/// an outage <see cref="OutageLog"/> writes instead. It also says how long to wait before the next try, so that an
/// immediate failure does not become a busy loop. The publisher's thread only.
/// </summary>
internal sealed partial class RewindLog(ILogger log, OutageLog outages, TimeProvider clock)
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
            outages.Say(LogLevel.Warning, level => Rewinding(log, level, reason));
            return TimeSpan.Zero;
        }
        var maximum = Math.Min(Longest.TotalMilliseconds, 25 * Math.Pow(2, Math.Min(rewinds, 10)));
        return TimeSpan.FromMilliseconds(maximum * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>A window was published.</summary>
    public void Published()
    {
        if (rewinds == 0)
            return;
        var (count, seconds) = (rewinds, clock.GetElapsedTime(since).TotalSeconds);
        outages.Say(LogLevel.Information, level => Recovered(log, level, count, seconds));
        rewinds = 0;
    }

    [LoggerMessage(Message = "A window was not published and is read again: {Reason}")]
    private static partial void Rewinding(ILogger log, LogLevel level, string reason);

    [LoggerMessage(Message = "Windows are published again: {Rewinds} were read again in {Seconds:F1} s")]
    private static partial void Recovered(ILogger log, LogLevel level, int rewinds, double seconds);
}
