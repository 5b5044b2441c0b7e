namespace Worker.Kafka.Clients;

/// <summary>What to log now.</summary>
internal enum OutageStep
{
    Nothing,

    /// <summary>What looked like an outage was not one.</summary>
    WasNone,

    Begins,
    GoesOn,
    Ends,
}

/// <summary>
/// Tells an outage from a connection that breaks and is made again. It takes faults and proofs of work. Asked now and
/// then, it says what to log: one line when work has stood still for <see cref="Patience"/>, one each
/// <see cref="Reminder"/>, and one when work has gone on without a fault for <see cref="Quiet"/>. Pure: the caller
/// passes the time that has passed since any fixed point.
/// </summary>
internal sealed class OutageState
{
    /// <summary>
    /// Brokers that are restarted one by one, and idle connections that they close, do not count as an outage.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time between the first work that goes through and the end, because the group must have settled too.
    /// </summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);
    private TimeSpan? since;
    private TimeSpan? works;
    private TimeSpan standsSince;
    private TimeSpan said;

    /// <summary>Whether there are faults and work has not gone on for long enough.</summary>
    public bool IsOn => since is not null;

    /// <summary>Whether <see cref="OutageStep.Begins"/> was returned.</summary>
    public bool IsSaid { get; private set; }

    /// <summary>A connection broke or could not be made.</summary>
    public void Fault(TimeSpan now)
    {
        if (since is null || works is not null)
            standsSince = now;
        since ??= now;
        works = null;
    }

    /// <summary>Work went through.</summary>
    public void Works(TimeSpan now) => works ??= since is null ? null : now;

    /// <summary>From the first fault until work goes through, or now.</summary>
    public TimeSpan Length(TimeSpan now) => (works ?? now) - (since ?? now);

    public OutageStep Next(TimeSpan now)
    {
        if (since is null)
            return OutageStep.Nothing;
        if (works is { } from)
            return now - from < Quiet ? OutageStep.Nothing : IsSaid ? OutageStep.Ends : OutageStep.WasNone;
        if (IsSaid ? now - said < Reminder : now - standsSince < Patience)
            return OutageStep.Nothing;
        said = now;
        var step = IsSaid ? OutageStep.GoesOn : OutageStep.Begins;
        IsSaid = true;
        return step;
    }

    /// <summary>After <see cref="OutageStep.Ends"/> or <see cref="OutageStep.WasNone"/>.</summary>
    public void Forget()
    {
        (since, works) = (null, null);
        IsSaid = false;
    }
}
