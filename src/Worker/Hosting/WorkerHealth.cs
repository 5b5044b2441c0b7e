namespace Worker.Hosting;

/// <summary>Whether the worker is classifying, and if not, what it waits for; any thread.</summary>
internal sealed class WorkerHealth
{
    private volatile string? waiting = "for the encoder";

    /// <summary>What it waits for; null while it classifies.</summary>
    public string? WaitingFor => waiting;

    public void Waiting(string forWhat) => waiting = forWhat;

    public void Ready() => waiting = null;
}
