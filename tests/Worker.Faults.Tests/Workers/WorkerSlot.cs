using Worker.Terminal;

namespace Worker.Faults.Tests.Workers;

/// <summary>A life of a worker that ended without a request, or not as requested.</summary>
/// <param name="Code">Exit code; -1 if it did not end and was killed.</param>
/// <param name="Wrong">Whether that breaks a promise: not ended in time after SIGTERM, or with an unexpected
/// error.</param>
internal sealed record Ending(string Worker, long AtMs, int Code, string Words, string Log, bool Wrong);

/// <summary>
/// One identity (transactional id) and its processes, one after the other. Like an orchestrator, it restarts a worker
/// that ended by itself. One fault at a time.
/// </summary>
internal sealed class WorkerSlot(string name, string folder,
    Func<IEnumerable<string>> settings, Func<long> now, Action<Ending> onEnding) : IAsyncDisposable
{
    private static readonly TimeSpan TerminationGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FencedWithin = TimeSpan.FromSeconds(20);

    private const int KilledByTerminate = 128 + (int)Signal.Terminate;

    private readonly SemaphoreSlim gate = new(1);
    private WorkerProcess? current;
    private int lives;

    public bool IsUp => current is { HasExited: false };

    public async Task Start() => await Alone(() =>
    {
        Launch();
        return Task.CompletedTask;
    });

    /// <summary>kill -9; starts again after a while.</summary>
    public Task<long?> Kill(TimeSpan away) => Fault(async worker =>
    {
        await worker.Kill();
        await Task.Delay(away);
        Launch();
    });

    /// <summary>SIGTERM, and waits as long as it takes; starts again after a while.</summary>
    public Task<long?> Terminate(TimeSpan away) => Fault(async worker =>
    {
        await End(worker);
        await Task.Delay(away);
        Launch();
    });

    public Task<long?> Freeze(TimeSpan length) => Fault(async worker =>
    {
        worker.Send(Signal.Stop);
        await Task.Delay(length);
        worker.Send(Signal.Continue);
    });

    /// <summary>
    /// Starts a second process with the same identity, while the first is frozen or not; one of them must end by
    /// itself.
    /// </summary>
    public Task<long?> Replace(TimeSpan length, bool frozen) => Fault(async worker =>
    {
        if (frozen)
            worker.Send(Signal.Stop);
        Launch();
        await Task.Delay(length);
        worker.Send(Signal.Continue);
        // The process that took over the identity last stays: the new one, or the old one that was frozen while it
        // started.
        var successor = current!;
        await Task.WhenAny(worker.WaitForExit(FencedWithin), successor.WaitForExit(FencedWithin));
        if (successor.HasExited && !worker.HasExited)
            (worker, successor) = (successor, worker);
        current = successor;
        if (worker.HasExited)
            onEnding(
                new Ending(name, now(), worker.ExitCode, worker.LastWords(), worker.Log,
                Wrong: worker.ExitCode != ExitCode.Fenced));
        else
            await worker.Kill(); // It had nothing to publish, so it did not notice, and did no harm.
        worker.Dispose();
    });

    /// <summary>Ends it, by SIGTERM or kill -9, and does not start it again.</summary>
    public async Task Stop(bool hard) => await Alone(async () =>
    {
        if (current is null)
            return;
        if (current.HasExited)
            Report(current);
        else if (hard)
            await current.Kill();
        else
            await End(current);
        current.Dispose();
        current = null;
    });

    /// <summary>Starts it again if it ended by itself.</summary>
    public async Task Supervise()
    {
        if (current is not { HasExited: true } || !await gate.WaitAsync(0))
            return;
        try
        {
            if (current is not { HasExited: true } ended)
                return;
            Report(ended);
            ended.Dispose();
            Launch();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Nothing is requested or reported any more; no process stays behind, whatever went wrong.
        await gate.WaitAsync();
        current?.Dispose();
        current = null;
        gate.Dispose();
    }

    private void Launch() => current = new WorkerProcess(Path.Combine(folder, $"{name}-{++lives}.log"), settings());

    /// <summary>When it was done, in ms of the run; null if there was no living process.</summary>
    private async Task<long?> Fault(Func<WorkerProcess, Task> fault)
    {
        long? done = null;
        await Alone(async () =>
        {
            if (current is not { HasExited: false } worker)
                return;
            done = now();
            await fault(worker);
        });
        return done;
    }

    private async Task Alone(Func<Task> action)
    {
        await gate.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task End(WorkerProcess worker)
    {
        worker.Send(Signal.Terminate);
        if (!await worker.WaitForExit(TerminationGrace))
        {
            await worker.Kill();
            onEnding(
                new Ending(name, now(), -1, $"not ended {TerminationGrace.TotalSeconds:F0} s after SIGTERM", worker.Log,
                Wrong: true));
        }
        // A process that was just starting had no handler yet: the signal itself ended it, and it had done nothing.
        else if (worker.ExitCode != 0 && (worker.ExitCode != KilledByTerminate || worker.HasSpoken))
            onEnding(
                new Ending(name, now(), worker.ExitCode, $"after SIGTERM: {worker.LastWords()}", worker.Log,
                Wrong: IsBug(worker.ExitCode)));
    }

    private void Report(WorkerProcess ended) =>
        onEnding(new Ending(name, now(), ended.ExitCode, ended.LastWords(), ended.Log, Wrong: IsBug(ended.ExitCode)));

    /// <summary>
    /// Anything but a good end or a message for a person: a bug, a crash, or fenced though nobody else has the
    /// identity.
    /// </summary>
    private static bool IsBug(int code) => code is not (ExitCode.Done or ExitCode.Failed);
}
