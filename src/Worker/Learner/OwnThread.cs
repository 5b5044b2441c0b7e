namespace Worker.Learner;

/// <summary>Loops that block: each has a thread of its own, so that none waits for a thread of the pool.</summary>
internal static class OwnThread
{
    public static Task Run(Action loop) => Run(() =>
    {
        loop();
        return true;
    });

    public static Task<T> Run<T>(Func<T> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
