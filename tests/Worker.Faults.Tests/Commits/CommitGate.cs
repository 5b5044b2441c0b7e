namespace Worker.Faults.Tests.Commits;

/// <summary>
/// A clock that does something just before a transaction is committed: the publisher gives every step of a transaction
/// a timer of one and a half times its limit, and the second step of a small window is the commit. (A FakeTimeProvider
/// does not report new timers, and its time must be moved by hand.)
/// </summary>
internal sealed class CommitGate(TimeSpan transactionTimeout) : TimeProvider
{
    private const int CommitStep = 2;
    private Action? action;
    private int steps;

    public void Arm(Action beforeCommit)
    {
        Volatile.Write(ref steps, 0);
        Volatile.Write(ref action, beforeCommit);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == 1.5 * transactionTimeout && Volatile.Read(ref action) is { } armed
            && Interlocked.Increment(ref steps) == CommitStep)
        {
            Volatile.Write(ref action, null);
            armed();
        }
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
