using System.Collections.Immutable;

namespace Worker.Faults.Tests.Scenario;

/// <summary>
/// Which fault happens when: a pure function of seed, length and number of workers. Cycles of 60 s: 30 s in which
/// faults overlap, then a calm time with a single fault, so that recovery from it can be timed.
/// </summary>
public static class FaultSchedule
{
    /// <summary>Brokers of the cluster; only one of them at a time may be away.</summary>
    public const int Brokers = 3;

    private static readonly TimeSpan Cycle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Turmoil = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(42);

    /// <summary>
    /// The faults in the order of their time; each begins and is healed within <paramref name="length"/>.
    /// </summary>
    public static ImmutableArray<ScheduledFault> Create(int seed, TimeSpan length, int workers)
    {
        var random = new Random(seed);
        var faults = new List<ScheduledFault>();
        var workerLane = new WorkerLane(random, workers, faults);
        var brokerKinds = new Deck<FaultKind>(random,
            [FaultKind.BrokerKill, FaultKind.BrokerStop, FaultKind.BrokerKill, FaultKind.BrokerStop,
                FaultKind.BrokerPause]);
        var cycle = 0;
        for (var start = TimeSpan.Zero; start < length; start += Cycle, cycle++)
        {
            var end = Min(start + Turmoil, length - TimeSpan.FromSeconds(3));
            workerLane.Fill(start + TimeSpan.FromSeconds(2), end);
            faults.Add(Broker(random, start + Between(random, 1, 6), brokerKinds.Next()));
            if (cycle % 2 == 0)
                faults.Add(
                    new(start + Between(random, 6, 12), FaultKind.SlowWorker, 0,
                        Between(random, 12, 18), Hard: random.Next(2) == 0));
            faults.Add(Alone(random, cycle, start + Calm, workers));
        }
        for (var at = Between(random, 3, 6); at < length; at += Between(random, 4, 9))
            faults.Add(new(at, FaultKind.HeadSwap, 0, TimeSpan.Zero));
        for (var at = Between(random, 5, 9); at < length; at += Between(random, 8, 16))
            faults.Add(new(at, FaultKind.PoisonBurst, random.Next(20, 60), TimeSpan.Zero));
        var last = length - TimeSpan.FromSeconds(2);
        return [.. faults.Where(fault => fault.At < last)
            .Select(fault => fault with { Duration = Min(fault.Duration, length - fault.At) })
            .OrderBy(fault => fault.At)];
    }

    /// <summary>
    /// The fault of a calm time, in turn: others take over, the same worker comes back, a broker bounces.
    /// </summary>
    private static ScheduledFault Alone(Random random, int cycle, TimeSpan at, int workers) => (cycle % 4) switch
    {
        0 => new(at, FaultKind.WorkerKill, random.Next(workers), TimeSpan.FromSeconds(workers > 1 ? 9 : 0.2)),
        2 => new(at, FaultKind.WorkerKill, random.Next(workers), TimeSpan.FromSeconds(0.2)),
        _ => new(at, random.Next(2) == 0 ? FaultKind.BrokerKill : FaultKind.BrokerStop, random.Next(Brokers),
            TimeSpan.FromSeconds(3)),
    };

    private static ScheduledFault Broker(Random random, TimeSpan at, FaultKind kind)
    {
        // A frozen broker is either back before anybody noticed, or long after it lost its partitions.
        var duration = kind != FaultKind.BrokerPause ? Between(random, 0.5, 8)
            : random.Next(2) == 0 ? Between(random, 2, 6) : Between(random, 12, 18);
        return new(at, kind, random.Next(Brokers), duration);
    }

    internal static TimeSpan Between(Random random, double minimum, double maximum) =>
        TimeSpan.FromSeconds(Math.Round(minimum + random.NextDouble() * (maximum - minimum), 2));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
