namespace Worker.Core.Health;

/// <summary>
/// Whether the worker is classifying, and if not, what it waits for; and whether one of its stages is stuck, which only
/// a restart fixes. Any thread.
/// </summary>
public sealed class WorkerHealth
{
    private volatile string? waiting = "for the encoder";
    private volatile Func<bool>? over;
    private volatile IReadOnlyList<Heartbeat> stages = [];
    private volatile Func<long> excusedUntil = () => long.MinValue;

    /// <summary>What it waits for; null while it classifies.</summary>
    public string? WaitingFor
    {
        get
        {
            if (over?.Invoke() == true)
                Ready();
            return waiting;
        }
    }

    /// <summary>Sets which heartbeats are watched; none once the stages have ended.</summary>
    /// <param name="heartbeats">Heartbeats of the stages.</param>
    /// <param name="outage">When Kafka was last away, as a timestamp of their clock; time before that does not
    /// count.</param>
    public void Watch(IReadOnlyList<Heartbeat> heartbeats, Func<long>? outage = null) =>
        (excusedUntil, stages) = (outage ?? (() => long.MinValue), heartbeats);

    /// <summary>What a stage is stuck in, in words; null if none is. Waiting for brokers does not count.</summary>
    /// <param name="margin">How much longer than it may a step may last.</param>
    public string? StuckIn(TimeSpan margin)
    {
        var until = excusedUntil();
        return stages.Select(stage => stage.StuckIn(margin, until)).FirstOrDefault(what => what is not null);
    }

    public void Waiting(string forWhat) => (over, waiting) = (null, forWhat);

    /// <summary>It waits until a condition holds; the condition is checked when somebody asks.</summary>
    public void Waiting(string forWhat, Func<bool> until) => (waiting, over) = (forWhat, until);

    public void Ready() => (over, waiting) = (null, null);
}
