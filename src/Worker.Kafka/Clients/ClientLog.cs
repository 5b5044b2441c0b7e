using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Takes the lines of librdkafka. They are written as Debug; lines about failed connections go to the worker's
/// <see cref="OutageLog"/>, and lines that a person should know are rate-limited by kind. Secrets are masked. Called
/// from the client's own threads.
/// </summary>
/// <param name="outages">The worker's; null for a short-lived client.</param>
internal sealed partial class ClientLog(ILogger logger, ClientSecrets secrets, TimeProvider clock, OutageLog? outages)
{
    private readonly LogThrottle throttle = new(linesPerPeriod: 3, TimeSpan.FromSeconds(30));
    private readonly LogThrottle faults = new(linesPerPeriod: 1, TimeSpan.FromMinutes(1));
    private readonly long start = clock.GetTimestamp();
    private volatile WireFault? fault;

    public ILogger Logger => logger;

    public OutageLog? Outages => outages;

    /// <summary>Why the last failed connection failed, secrets masked; null while none has failed.</summary>
    public WireFault? Fault => fault;

    /// <summary>A line of the client's own log.</summary>
    public void Write(LogMessage message)
    {
        var text = secrets.Redact(message.Message);
        // FAIL: a connection. SESSTMOUT: the group's coordinator. REQTMOUT: any broker.
        Faulted(ErrorCode.NoError, text, message.Facility is "FAIL" or "SESSTMOUT" or "REQTMOUT");
        // A fatal error of the client comes as an event too, and the worker itself says what it does then.
        outages?.HeldBack();
        Line(logger, LogLevel.Debug, message.Facility, text, "");
    }

    /// <summary>
    /// An error event. The client recovers from most of them itself. After a fatal one the worker makes a fresh client,
    /// or stops and says why; for example, outages make producers fail fatally.
    /// </summary>
    public void Write(Error error)
    {
        var text = secrets.Redact(error.Reason);
        if (error.IsFatal)
            Write(LogLevel.Error, error.Code.ToString(), text);
        else if (!Faulted(error.Code, text, IsConnection(error.Code)))
            Write(LogLevel.Warning, error.Code.ToString(), text);
    }

    /// <summary>Any other text that may repeat or contain a secret; in an outage it is Debug.</summary>
    public void Write(LogLevel level, string kind, string text)
    {
        if (!throttle.Admits(kind, clock.GetElapsedTime(start), out var suppressed))
            return;
        text = secrets.Redact(text);
        Say(level, at => Line(logger, at, kind, text, Suppressed(suppressed)));
    }

    /// <summary>Writes a line of the worker's own; as Debug in an outage.</summary>
    public void Say(LogLevel level, Action<LogLevel> write) => OutageLog.Say(outages, level, write);

    /// <summary>Takes a line about a connection; false if the line is about something else.</summary>
    private bool Faulted(ErrorCode code, string text, bool isConnection)
    {
        var found = WireFault.Of(code, text);
        // A listener may close the connection because of an earlier refusal; that refusal says more.
        if (found is not null && (found.StopsStart || fault is not { StopsStart: true }))
            fault = found;
        if (outages is not null && (found is not null || isConnection))
        {
            outages.Fault(text, found);
            return true;
        }
        if (found is null)
            // "All brokers are down" is only a consequence of a fault.
            return code == ErrorCode.Local_AllBrokersDown && fault is not null;
        if (faults.Admits(found.Kind.ToString(), clock.GetElapsedTime(start), out var suppressed))
            Line(logger, LogLevel.Error, "connection", found.Message, Suppressed(suppressed));
        return true;
    }

    private static bool IsConnection(ErrorCode code) =>
        code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut
            or ErrorCode.Local_Resolve
            or ErrorCode.Local_Ssl or ErrorCode.Local_Authentication or ErrorCode.NetworkException;

    private static string Suppressed(int count) => count == 0 ? "" : $" ({count} more of this kind were not shown)";

    [LoggerMessage(Message = "{Kind}: {Text}{Suppressed}")]
    private static partial void Line(ILogger logger, LogLevel level, string kind, string text, string suppressed);
}
