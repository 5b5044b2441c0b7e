using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Writes a worker's log lines about an outage: one warning when it begins (which brokers, since when, what the worker
/// does), one per minute while it lasts, and one line at its end with its length and how many lines of the client
/// library were held back. All clients of a worker share one. Lines that are only consequences of an outage go through
/// <see cref="Say(LogLevel, Action{LogLevel})"/>, which makes them Debug meanwhile. Any thread.
/// </summary>
public sealed partial class OutageLog(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private readonly ILogger logger = loggers.CreateLogger<OutageLog>();
    private readonly Lock gate = new();
    private readonly OutageState state = new();
    private readonly AwayBrokers away = new();
    private readonly List<Action<LogLevel?>> waiting = [];
    private readonly List<string> notes = [];
    private readonly long start = clock.GetTimestamp();
    private ITimer? timer;
    private long lastOn = long.MinValue;
    private DateTimeOffset since;
    private int heldBack;
    private int windows;
    private bool everWorked;
    private bool disposed;

    /// <summary>Whether it looks like an outage, or did a moment ago.</summary>
    public bool IsOn
    {
        get
        {
            lock (gate)
                return state.IsOn;
        }
    }

    /// <summary>Whether the log says that there is one.</summary>
    public bool IsSaid
    {
        get
        {
            lock (gate)
                return state.IsSaid;
        }
    }

    /// <summary>
    /// A timestamp of the clock: when it last looked like an outage; now, while it does. Calls into the client library
    /// may last as long as the outage (to send offsets it waits for a coordinator without limit), and a restart would
    /// not help.
    /// </summary>
    public long LastOn
    {
        get
        {
            lock (gate)
                return state.IsOn ? clock.GetTimestamp() : lastOn;
        }
    }

    /// <summary>
    /// Whether a reader of messages detects the end of an outage; without one, any answer of a broker proves it.
    /// </summary>
    internal bool HasReader { get; set; }

    /// <summary>
    /// Writes a line of the worker's own at its level; as Debug in an outage. If it looks like an outage but is not
    /// one, the line is delayed for a few seconds.
    /// </summary>
    /// <param name="level">Its level outside an outage.</param>
    /// <param name="write">Writes it at the level that it is given.</param>
    public void Say(LogLevel level, Action<LogLevel> write)
    {
        lock (gate)
        {
            if (!state.IsOn || disposed)
                write(level);
            else if (state.IsSaid)
                write(LogLevel.Debug);
            else
                waiting.Add(other => write(other ?? level));
        }
    }

    /// <summary>The same if there may be no outage log, as for a short-lived client.</summary>
    internal static void Say(OutageLog? outages, LogLevel level, Action<LogLevel> write)
    {
        if (outages is null)
            write(level);
        else
            outages.Say(level, write);
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            timer?.Dispose();
            Release(state.IsSaid ? LogLevel.Debug : null);
        }
    }

    /// <summary>A connection broke or could not be made, or a broker does not answer.</summary>
    /// <param name="text">What the client says, secrets masked.</param>
    /// <param name="fault">The same where it says what to do.</param>
    internal void Fault(string text, WireFault? fault)
    {
        lock (gate)
        {
            if (disposed)
                return;
            if (!state.IsOn)
                since = clock.GetUtcNow();
            state.Fault(Now);
            if (away.Note(text, fault, isFirstContact: !everWorked) && state.IsSaid)
                Refuses(logger, fault!.Message);
            timer ??= clock.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
        }
    }

    /// <summary>Before any broker has served this worker: what the listener showed, with advice.</summary>
    internal void Explain(string why)
    {
        lock (gate)
            if (!everWorked && state.IsOn && away.Explain(why) && state.IsSaid)
                Refuses(logger, why);
    }

    /// <summary>A line of the client library was written as Debug.</summary>
    internal void HeldBack()
    {
        lock (gate)
            heldBack += state.IsOn ? 1 : 0;
    }

    /// <summary>A window was not published, and is read again.</summary>
    internal void Rewound(KafkaFailureException failure)
    {
        // A hanging broker does not break a connection.
        if (failure.Failure == KafkaFailure.TransactionUnresolved)
            Fault("no answer to a commit", null);
        lock (gate)
            windows += state.IsOn ? 1 : 0;
    }

    /// <summary>In an outage: what worked before is not enough, a fresh producer is needed.</summary>
    internal void Doubt()
    {
        lock (gate)
            if (state.IsOn)
                state.Fault(Now);
    }

    /// <summary>Adds a note to the line at the end.</summary>
    /// <returns>False if no outage was logged.</returns>
    internal bool Note(string what)
    {
        lock (gate)
        {
            if (state.IsSaid)
                notes.Add(what);
            return state.IsSaid;
        }
    }

    /// <summary>Brokers serve this worker.</summary>
    /// <param name="byReader">Whether a window was published, or all partitions of the reader answer.</param>
    internal void Works(bool byReader)
    {
        lock (gate)
        {
            everWorked = true;
            if (byReader || !HasReader)
                state.Works(Now);
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(start);

    private void Look()
    {
        lock (gate)
        {
            var length = Text(state.Length(Now));
            switch (disposed ? OutageStep.Nothing : state.Next(Now))
            {
                case OutageStep.Begins:
                    Begins(logger, since.UtcDateTime, away.Text(options.BootstrapServers));
                    Release(LogLevel.Debug);
                    break;
                case OutageStep.GoesOn:
                    GoesOn(logger, length, away.Text(options.BootstrapServers));
                    break;
                case OutageStep.Ends:
                    Ends(logger, length, windows, heldBack, string.Concat(notes.Select(note => $"; {note}")));
                    Forget(LogLevel.Debug);
                    break;
                case OutageStep.WasNone:
                    Forget(null);
                    break;
            }
        }
    }

    private void Forget(LogLevel? level)
    {
        state.Forget();
        lastOn = clock.GetTimestamp();
        Release(level);
        away.Forget();
        notes.Clear();
        (heldBack, windows) = (0, 0);
        timer?.Dispose();
        timer = null;
    }

    /// <summary>Writes the delayed lines, at their own level or another.</summary>
    private void Release(LogLevel? level)
    {
        foreach (var write in waiting)
            write(level);
        waiting.Clear();
    }

    private static string Text(TimeSpan length) => length < TimeSpan.FromMinutes(2)
        ? $"{length.TotalSeconds:F1} s"
        : $"{(int)length.TotalMinutes} min {length.Seconds} s";

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Kafka has not served this worker since {Since:HH:mm:ss} UTC: {Brokers}. It waits and tries again; what is " +
        "not committed is read again. One line per minute follows, and one when it is over")]
    private static partial void Begins(ILogger logger, DateTime since, string brokers);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Kafka has not served this worker for {Length}: {Brokers}. It waits and tries again")]
    private static partial void GoesOn(ILogger logger, string length, string brokers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}. This worker waits and tries again")]
    private static partial void Refuses(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "Kafka serves this worker again after {Length}; {Windows} windows are read again, {Lines} lines of the " +
        "client library were held back (Logging:LogLevel:Worker.Kafka.Client Debug shows them){Notes}")]
    private static partial void Ends(ILogger logger, string length, int windows, int lines, string notes);
}
