namespace Worker.Core.Health;

/// <summary>
/// What a thread is doing, since when, and how long that may take: tells one that is stuck from one that waits for
/// something that may take its time, as messages or brokers may. Written by that thread alone, read by any.
/// </summary>
/// <param name="stage">What the thread is for, as it is said to people.</param>
/// <param name="clock">The clock that steps are measured by.</param>
public sealed class Heartbeat(string stage, TimeProvider clock)
{
    private volatile Step? step;

    /// <summary>
    /// A step begins that may take so long; the thread goes back to the one around it at the end of the scope.
    /// </summary>
    public Scope Enter(string what, TimeSpan maximum)
    {
        var around = step;
        step = new Step(what, clock.GetTimestamp(), maximum);
        return new Scope(this, around);
    }

    /// <summary>Waits for others, without a limit: they have heartbeats of their own, or are away.</summary>
    public Scope Rest()
    {
        var around = step;
        step = null;
        return new Scope(this, around);
    }

    /// <summary>The step goes on: its time is counted from now.</summary>
    public void Beat() => GoOnWith(step);

    /// <summary>What the thread is stuck in, in words; null where it is not.</summary>
    /// <param name="margin">How much longer than it may a step may last, on a machine that is busy.</param>
    /// <param name="excusedUntil">
    /// A timestamp of the clock: what passed before it does not count, because nothing could go on then.
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
