using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Takes what librdkafka says: its own lines are Debug, what it says of connections that fail goes to the worker's
/// <see cref="OutageLog"/>, and what a person should know is rate-limited by kind. Secrets are masked. Called from the
/// client's own threads.
/// </summary>
/// <param name="outages">The worker's; null for a client that asks one thing and is gone.</param>
internal sealed partial class ClientLog(ILogger logger, ClientSecrets secrets, TimeProvider clock, OutageLog? outages)
{
    private readonly LogThrottle throttle = new(linesPerPeriod: 3, TimeSpan.FromSeconds(30));
    private readonly LogThrottle faults = new(linesPerPeriod: 1, TimeSpan.FromMinutes(1));
    private readonly long start = clock.GetTimestamp();
    private volatile WireFault? fault;

    public ILogger Logger => logger;

    public OutageLog? Outages => outages;

    /// <summary>Why the last connection that failed did so, secrets masked; null while none did.</summary>
    public WireFault? Fault => fault;

    /// <summary>A line of the client's own log.</summary>
    public void Write(LogMessage message)
    {
        var text = secrets.Redact(message.Message);
        // FAIL: a connection. SESSTMOUT: the group's coordinator. REQTMOUT: any broker.
        Faulted(ErrorCode.NoError, text, message.Facility is "FAIL" or "SESSTMOUT" or "REQTMOUT");
        // What is fatal for the client comes as an event, too, and the worker says itself what it does then.
        outages?.HeldBack();
        Line(logger, LogLevel.Debug, message.Facility, text, "");
    }

    /// <summary>
    /// An error event: the client mends most of them itself. After a fatal one the worker makes a fresh client, or
    /// stops and says why: an outage makes producers so.
    /// </summary>
    public void Write(Error error)
    {
        var text = secrets.Redact(error.Reason);
        if (error.IsFatal)
            Write(LogLevel.Error, error.Code.ToString(), text);
        else if (!Faulted(error.Code, text, IsConnection(error.Code)))
            Write(LogLevel.Warning, error.Code.ToString(), text);
    }

    /// <summary>Any other text that may repeat or carry a secret; in an outage it is Debug.</summary>
    public void Write(LogLevel level, string kind, string text)
    {
        if (!throttle.Admits(kind, clock.GetElapsedTime(start), out var suppressed))
            return;
        text = secrets.Redact(text);
        Say(level, at => Line(logger, at, kind, text, Suppressed(suppressed)));
    }

    /// <summary>Writes a line of the worker's own; as Debug in an outage.</summary>
    public void Say(LogLevel level, Action<LogLevel> write) => OutageLog.Say(outages, level, write);

    /// <summary>Takes what is about a connection; false where it is about something else.</summary>
    private bool Faulted(ErrorCode code, string text, bool isConnection)
    {
        var found = WireFault.Of(code, text);
        // A listener that hangs up may do so because of what was refused before: that says more.
        if (found is not null && (found.StopsStart || fault is not { StopsStart: true }))
            fault = found;
        if (outages is not null && (found is not null || isConnection))
        {
            outages.Fault(text, found);
            return true;
        }
        if (found is null)
            // That all brokers are down is what follows from a fault.
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
