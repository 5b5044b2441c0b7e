namespace Worker.Core.Health;

/// <summary>
/// What a thread is doing, since when, and how long that may take. It tells a stuck thread from one that waits for
/// messages or brokers, which may take any time. Only that thread writes it; any thread may read it.
/// </summary>
/// <param name="stage">The thread's purpose, in words for people.</param>
/// <param name="clock">The clock that steps are measured by.</param>
public sealed class Heartbeat(string stage, TimeProvider clock)
{
    private volatile Step? step;

    /// <summary>
    /// Begins a step with a time limit; at the end of the scope the thread returns to the enclosing step.
    /// </summary>
    public Scope Enter(string what, TimeSpan maximum)
    {
        var around = step;
        step = new Step(what, clock.GetTimestamp(), maximum);
        return new Scope(this, around);
    }

    /// <summary>Waits for others, without a limit, because they have their own heartbeats, or are away.</summary>
    public Scope Rest()
    {
        var around = step;
        step = null;
        return new Scope(this, around);
    }

    /// <summary>The step makes progress: its time is counted from now.</summary>
    public void Beat() => GoOnWith(step);

    /// <summary>What the thread is stuck in, in words; null if it is not stuck.</summary>
    /// <param name="margin">How much longer than it may a step may last, on a machine that is busy.</param>
    /// <param name="excusedUntil"> A timestamp of the clock. Time before it does not count, because nothing could make
    /// progress then.
    /// </param>
    public string? StuckIn(TimeSpan margin, long excusedUntil = long.MinValue)
    {
        if (step is not { } now)
            return null;
        var elapsed = clock.GetElapsedTime(Math.Max(now.Since, excusedUntil));
        if (elapsed <= now.Maximum + margin)
            return null;
        return $"stage '{stage}' has been {now.What} for {elapsed.TotalSeconds:F0} s, which should take " +
            $"{now.Maximum.TotalSeconds:F0} s at most";
    }

    private void GoOnWith(Step? one) => step = one is null ? null : one with { Since = clock.GetTimestamp() };

    private sealed record Step(string What, long Since, TimeSpan Maximum);

    /// <summary>Ends the step.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly Heartbeat heartbeat;
        private readonly Step? around;

        internal Scope(Heartbeat heartbeat, object? around) =>
            (this.heartbeat, this.around) = (heartbeat, (Step?)around);

        public void Dispose() => heartbeat.GoOnWith(around);
    }
}
