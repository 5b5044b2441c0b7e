using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>Writes what librdkafka says to the log: rate-limited by kind, secrets masked. Called from the client's own threads.</summary>
internal sealed partial class ClientLog(ILogger logger, ClientSecrets secrets, TimeProvider clock)
{
    private readonly LogThrottle throttle = new(linesPerPeriod: 3, TimeSpan.FromSeconds(30));
    private readonly long start = clock.GetTimestamp();

    public ILogger Logger => logger;

    /// <summary>A line of the client's own log.</summary>
    public void Write(LogMessage message)
    {
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
    public void Write(Error error) =>
        Write(error.IsFatal ? LogLevel.Critical : LogLevel.Warning, error.Code.ToString(), error.Reason);

    /// <summary>Any other text that may repeat or carry a secret.</summary>
    public void Write(LogLevel level, string kind, string text)
    {
        if (throttle.Admits(kind, clock.GetElapsedTime(start), out var suppressed))
            Line(logger, level, kind, secrets.Redact(text), Suppressed(suppressed));
    }

    private static string Suppressed(int count) => count == 0 ? "" : $" ({count} more of this kind were not shown)";

    [LoggerMessage(Message = "{Kind}: {Text}{Suppressed}")]
    private static partial void Line(ILogger logger, LogLevel level, string kind, string text, string suppressed);
}
