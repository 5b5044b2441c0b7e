using Worker.Core.Health;

namespace Worker.Learner;

/// <summary>
/// The calls of one loop of a learner to the store: while it is away they are made again, and one that does not return
/// is a step that the loop is stuck in. One thread.
/// </summary>
/// <param name="retry">Shared by all loops.</param>
/// <param name="heartbeat">The loop's.</param>
internal sealed class StoreCalls(StoreRetry retry, Heartbeat heartbeat)
{
    /// <summary>A statement that reads or writes some rows; the databases' own limits are lower.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Between two signs of progress: a pass over all examples of many labels on one thread that yields to others, or
    /// the erasure of many texts.
    /// </summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(15);

    /// <summary>The loop's.</summary>
    public Heartbeat Heartbeat => heartbeat;

    /// <inheritdoc cref="StoreRetry.Run{T}"/>
    public T Run<T>(Func<T> call, CancellationToken stop) => Run("calling the store", Short, call, stop);

    /// <summary>The same for work that takes long, and shows its progress with <see cref="Heartbeat.Beat"/>.</summary>
    /// <param name="what">What the loop does, in words for people.</param>
    public T RunLong<T>(string what, Func<T> call, CancellationToken stop) => Run(what, Long, call, stop);

    private T Run<T>(string what, TimeSpan maximum, Func<T> call, CancellationToken stop) => retry.Run(() =>
    {
        // Each try is a step; the pauses between them are none.
        using var step = heartbeat.Enter(what, maximum);
        return call();
    }, stop);
}
