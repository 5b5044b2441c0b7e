using System.Collections.Immutable;

namespace Worker.Faults.Tests.Scenario;

/// <summary>
/// Single faults in turn, with a quiet time after each, so that only the recovery from that fault is timed. A pure
/// function of seed, length and number of workers, like <see cref="FaultSchedule"/>.
/// </summary>
public static class CalmSchedule
{
    /// <summary>Until replicas are in sync, members have joined, and what waited is out.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Away for long, others take over; away for a moment, the same comes back. A killed broker keeps its partitions
    /// for the 9 s of its session, so 15 s are long enough for their leaders to move.
    /// </summary>
    private static readonly (FaultKind Kind, double AwaySeconds)[] Cards =
    [
        (FaultKind.WorkerKill, 12), (FaultKind.WorkerKill, 0.2), (FaultKind.WorkerTerminate, 3),
        (FaultKind.BrokerKill, 15), (FaultKind.BrokerKill, 0.5), (FaultKind.BrokerStop, 3),
    ];

    /// <summary>
    /// The faults in the order of their time; each begins and is healed within <paramref name="length"/>.
    /// </summary>
    public static ImmutableArray<ScheduledFault> Create(int seed, TimeSpan length, int workers)
    {
        var random = new Random(seed);
        var cards = new Deck<(FaultKind Kind, double AwaySeconds)>(random, Cards);
        var faults = ImmutableArray.CreateBuilder<ScheduledFault>();
        var at = Quiet;
        while (true)
        {
            var (kind, seconds) = cards.Next();
            // If no other worker can take over, the only worker comes back immediately.
            var away = TimeSpan.FromSeconds(workers == 1 && kind == FaultKind.WorkerKill ? 0.2 : seconds);
            if (at + away > length)
                return faults.ToImmutable();
            faults.Add(
                new(at, kind, random.Next(
                    kind is FaultKind.WorkerKill or FaultKind.WorkerTerminate
                        ? workers
                        : FaultSchedule.Brokers), away));
            at += away + Quiet;
        }
    }
}
