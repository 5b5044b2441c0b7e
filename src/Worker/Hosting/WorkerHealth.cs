namespace Worker.Hosting;

/// <summary>Whether the worker is classifying, and if not, what it waits for; any thread.</summary>
internal sealed class WorkerHealth
{
    private volatile string? waiting = "for the encoder";
    private volatile Func<bool>? over;

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

    public void Waiting(string forWhat) => (over, waiting) = (null, forWhat);

    /// <summary>It waits until a condition holds, which is looked at when somebody asks.</summary>
    public void Waiting(string forWhat, Func<bool> until) => (waiting, over) = (forWhat, until);

    public void Ready() => (over, waiting) = (null, null);
}
