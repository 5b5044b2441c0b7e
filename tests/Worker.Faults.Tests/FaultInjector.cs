using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Judging;
using Worker.Faults.Tests.Scenario;
using Worker.Faults.Tests.Traffic;
using Worker.Faults.Tests.Workers;

namespace Worker.Faults.Tests;

/// <summary>
/// Carries out a schedule, and records what was really done and when. Brokers take turns: the next goes only when all
/// are in sync.
/// </summary>
internal sealed class FaultInjector(KafkaCluster cluster, ClusterHealth health, WorkerFleet fleet,
    MessageProducer producer, HeadPublisher heads, Func<long> now)
{
    private static readonly TimeSpan BrokersWithin = TimeSpan.FromSeconds(60);

    private readonly List<Injection> done = [];

    /// <summary>What was injected so far.</summary>
    public IReadOnlyList<Injection> Done
    {
        get
        {
            lock (done)
                return [.. done];
        }
    }

    /// <summary>
    /// Until every fault has been injected and healed. Faults that a cancelled run has not begun are left out.
    /// </summary>
    public Task Run(IReadOnlyList<ScheduledFault> schedule, CancellationToken stop)
    {
        var brokers = schedule.Where(fault => IsBroker(fault.Kind)).ToList();
        return Task.WhenAll(
            [.. schedule.Where(fault => !IsBroker(fault.Kind)).Select(fault => WaitAndDo(fault, stop)),
                InTurn(brokers, stop)]);
    }

    private static bool IsBroker(FaultKind kind) =>
        kind is FaultKind.BrokerKill or FaultKind.BrokerStop or FaultKind.BrokerPause;

    /// <summary>
    /// One after the other. The schedule leaves quiet time between them. The time until all replicas are in sync again
    /// comes on top, and faults that would then begin too late are left out.
    /// </summary>
    public async Task RunCalmly(IReadOnlyList<ScheduledFault> schedule, TimeSpan end, CancellationToken stop)
    {
        var late = TimeSpan.Zero;
        foreach (var fault in schedule.TakeWhile(fault => fault.At + late + fault.Duration <= end))
        {
            await InTurn([fault with { At = fault.At + late }], stop);
            late = TimeSpan.FromMilliseconds(now()) - fault.At - fault.Duration;
        }
    }

    private async Task InTurn(List<ScheduledFault> faults, CancellationToken stop)
    {
        foreach (var fault in faults)
        {
            await WaitAndDo(fault, stop);
            if (!stop.IsCancellationRequested && await health.AllInSync(BrokersWithin) is null)
                throw new InvalidOperationException(
                    $"after {fault.Kind} {fault.Target + 1} not all replicas are in sync within " +
                    $"{BrokersWithin.TotalSeconds:F0} s");
        }
    }

    private async Task WaitAndDo(ScheduledFault fault, CancellationToken stop)
    {
        try
        {
            var left = fault.At - TimeSpan.FromMilliseconds(now());
            if (left > TimeSpan.Zero)
                await Task.Delay(left, stop);
            stop.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            return;
        }
        // Without a living process there was no target, and the fault does not count.
        if (await Do(fault, stop) is not { } times)
            return;
        lock (done)
            done.Add(new Injection(fault.Kind, fault.Target, times.From, now(), times.CountFrom, fault.Duration));
    }

    /// <summary>
    /// Injects and heals; returns when that was and from when recovery is timed, or null if it could not be done.
    /// </summary>
    private async Task<(long From, long CountFrom)?> Do(ScheduledFault fault, CancellationToken stop)
    {
        var from = now();
        var countFrom = from;
        switch (fault.Kind)
        {
            case FaultKind.WorkerKill:
                return At(await fleet.Slots[fault.Target].Kill(fault.Duration));
            case FaultKind.WorkerTerminate:
                return At(await fleet.Slots[fault.Target].Terminate(fault.Duration));
            case FaultKind.WorkerPause or FaultKind.WorkerZombie:
                return At(await fleet.Slots[fault.Target].Freeze(fault.Duration));
            case FaultKind.WorkerTwin or FaultKind.WorkerReplaced:
                return At(
                    await fleet.Slots[fault.Target].Replace(
                        fault.Duration, frozen: fault.Kind == FaultKind.WorkerReplaced));
            case FaultKind.SlowWorker:
                await fleet.Slow.Start();
                await Task.Delay(fault.Duration, CancellationToken.None);
                await fleet.Slow.Stop(fault.Hard);
                break;
            case FaultKind.BrokerKill:
                await cluster.Kill(fault.Target);
                countFrom = await Led(fault, from, () => cluster.Start(fault.Target));
                break;
            case FaultKind.BrokerStop:
                await cluster.Stop(fault.Target);
                countFrom = await Led(fault, from, () => cluster.Start(fault.Target));
                break;
            case FaultKind.BrokerPause:
                cluster.Freeze(fault.Target);
                countFrom = await Led(fault, from, () =>
                {
                    cluster.Continue(fault.Target);
                    return Task.CompletedTask;
                });
                break;
            case FaultKind.HeadSwap:
                await heads.PublishNext(stop);
                break;
            case FaultKind.PoisonBurst:
                producer.Burst(fault.Target);
                break;
        }
        return (from, countFrom);

        // A worker may have been busy with another fault first.
        static (long, long)? At(long? done) => done is { } ms ? (ms, ms) : null;
    }

    /// <summary>
    /// Heals a broker after the fault's duration; returns when every partition could be written again, with or without
    /// it.
    /// </summary>
    private async Task<long> Led(ScheduledFault fault, long from, Func<Task> heal)
    {
        using var back = new CancellationTokenSource();
        var without = health.LedWithout(fault.Target, fault.Duration + BrokersWithin, back.Token);
        await Task.Delay(fault.Duration, CancellationToken.None);
        await heal();
        var with = await health.Led(BrokersWithin);
        await back.CancelAsync();
        return await without ?? with ?? from;
    }
}
