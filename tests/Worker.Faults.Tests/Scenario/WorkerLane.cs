namespace Worker.Faults.Tests.Scenario;

/// <summary>
/// The faults of workers. It tracks which workers have a fault, so that each has one at a time and, as far as possible,
/// one worker is always up.
/// </summary>
internal sealed class WorkerLane(Random random, int workers, List<ScheduledFault> faults)
{
    /// <summary>After a start, until the next fault: short enough to hit workers that are only just joining.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly TimeSpan[] busyUntil = new TimeSpan[workers];
    private readonly Deck<FaultKind> kinds = new(random,
        [
        FaultKind.WorkerKill, FaultKind.WorkerKill, FaultKind.WorkerKill, FaultKind.WorkerKill, FaultKind.WorkerKill,
        FaultKind.WorkerKill, FaultKind.WorkerKill,
        FaultKind.WorkerTerminate, FaultKind.WorkerTerminate, FaultKind.WorkerPause, FaultKind.WorkerZombie,
        FaultKind.WorkerTwin, FaultKind.WorkerReplaced, FaultKind.RebalanceStorm, FaultKind.OneWorkerLeft,
    ]);

    /// <summary>Plans faults from one time to another.</summary>
    public void Fill(TimeSpan from, TimeSpan to)
    {
        var at = from;
        while (at < to)
        {
            at = kinds.Next() switch
            {
                FaultKind.RebalanceStorm => Storm(at, to),
                FaultKind.OneWorkerLeft => OneLeft(at),
                var kind => Single(at, kind),
            };
            at += FaultSchedule.Between(random, 1.5, 4);
        }
    }

    private TimeSpan Single(TimeSpan at, FaultKind kind)
    {
        if (Pick(at) is { } worker)
            Add(at, kind, worker, kind switch
            {
                FaultKind.WorkerPause => FaultSchedule.Between(random, 0.3, 2),
                FaultKind.WorkerZombie or FaultKind.WorkerReplaced => FaultSchedule.Between(random, 6, 12),
                FaultKind.WorkerTwin => FaultSchedule.Between(random, 3, 6),
                _ => Absence(),
            });
        return at;
    }

    private TimeSpan Storm(TimeSpan at, TimeSpan to)
    {
        faults.Add(new(at, FaultKind.RebalanceStorm, 0, TimeSpan.Zero));
        for (var left = random.Next(5, 9); left > 0 && at < to; left--, at += FaultSchedule.Between(random, 0.7, 1.4))
            if (Pick(at) is { } worker)
                Add(at, random.Next(2) == 0 ? FaultKind.WorkerKill : FaultKind.WorkerTerminate, worker,
                    FaultSchedule.Between(random, 0.2, 1));
        return at;
    }

    private TimeSpan OneLeft(TimeSpan at)
    {
        var duration = FaultSchedule.Between(random, 5, 10);
        var others = Free(at);
        if (others.Count < 2)
            return at;
        faults.Add(new(at, FaultKind.OneWorkerLeft, 0, duration));
        others.RemoveAt(random.Next(others.Count));
        foreach (var worker in others)
            Add(at, FaultKind.WorkerTerminate, worker, duration);
        return at;
    }

    private void Add(TimeSpan at, FaultKind kind, int worker, TimeSpan duration)
    {
        // The last one up comes back immediately.
        if (kind is FaultKind.WorkerKill or FaultKind.WorkerTerminate && Free(at).Count < 2)
            duration = TimeSpan.FromSeconds(0.2);
        faults.Add(new(at, kind, worker, duration));
        busyUntil[worker] = at + duration + Settling;
    }

    private int? Pick(TimeSpan at)
    {
        var free = Free(at);
        return free.Count == 0 ? null : free[random.Next(free.Count)];
    }

    private List<int> Free(TimeSpan at) =>
        [.. Enumerable.Range(0, busyUntil.Length).Where(worker => busyUntil[worker] <= at)];

    private TimeSpan Absence() => random.Next(20) switch
    {
        < 10 => FaultSchedule.Between(random, 0.2, 1.5),
        < 17 => FaultSchedule.Between(random, 2, 6),
        _ => FaultSchedule.Between(random, 8, 15),
    };
}
