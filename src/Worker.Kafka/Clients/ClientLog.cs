using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Writes what librdkafka says to the log: rate-limited by kind, secrets masked, and what it says about a connection that
/// fails once a minute with a count, in words that say what to do. Called from the client's own threads.
/// </summary>
internal sealed partial class ClientLog(ILogger logger, ClientSecrets secrets, TimeProvider clock)
{
    private readonly LogThrottle throttle = new(linesPerPeriod: 3, TimeSpan.FromSeconds(30));
    private readonly LogThrottle faults = new(linesPerPeriod: 1, TimeSpan.FromMinutes(1));
    private readonly long start = clock.GetTimestamp();
    private volatile WireFault? fault;

    public ILogger Logger => logger;

    /// <summary>Why the last connection that failed did so, secrets masked; null while none did.</summary>
    public WireFault? Fault => fault;

    /// <summary>A line of the client's own log.</summary>
    public void Write(LogMessage message)
    {
        if (Faulted(ErrorCode.NoError, message.Message))
            return;
        var level = message.Level switch
        {
            SyslogLevel.Emergency or SyslogLevel.Alert or SyslogLevel.Critical => LogLevel.Critical,
            SyslogLevel.Error => LogLevel.Error,
            SyslogLevel.Warning => LogLevel.Warning,
            SyslogLevel.Notice or SyslogLevel.Info => LogLevel.Information,
            _ => LogLevel.Debug,
        };
        Write(level, message.Facility, message.Message);
    }

    /// <summary>An error event: the client mends most of them itself.</summary>
    public void Write(Error error)
    {
        if (error.IsFatal || !Faulted(error.Code, error.Reason))
            Write(error.IsFatal ? LogLevel.Critical : LogLevel.Warning, error.Code.ToString(), error.Reason);
    }

    /// <summary>Any other text that may repeat or carry a secret.</summary>
    public void Write(LogLevel level, string kind, string text)
    {
        if (throttle.Admits(kind, clock.GetElapsedTime(start), out var suppressed))
            Line(logger, level, kind, secrets.Redact(text), Suppressed(suppressed));
    }

    /// <summary>Takes what is about a connection that failed: the line and the event of one fault count as one kind.</summary>
    private bool Faulted(ErrorCode code, string reason)
    {
        // That all brokers are down is what follows from a fault.
        if (code == ErrorCode.Local_AllBrokersDown && fault is not null)
            return true;
        if (WireFault.Of(code, secrets.Redact(reason)) is not { } found)
            return false;
        // A listener that hangs up may do so because of what was refused before: that says more.
        if (found.StopsStart || fault is not { StopsStart: true })
            fault = found;
        if (faults.Admits(found.Kind.ToString(), clock.GetElapsedTime(start), out var suppressed))
            Line(logger, LogLevel.Error, "connection", found.Message, Suppressed(suppressed));
        return true;
    }

    private static string Suppressed(int count) => count == 0 ? "" : $" ({count} more of this kind were not shown)";

    [LoggerMessage(Message = "{Kind}: {Text}{Suppressed}")]
    private static partial void Line(ILogger logger, LogLevel level, string kind, string text, string suppressed);
}
