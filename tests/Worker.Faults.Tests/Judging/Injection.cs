using Worker.Faults.Tests.Scenario;

namespace Worker.Faults.Tests.Judging;

/// <summary>A fault that was really injected; times in ms of the run.</summary>
/// <param name="FromMs">When it was injected.</param>
/// <param name="HealedMs">When the broken process was started or resumed.</param>
/// <param name="CountFromMs">From when recovery is timed: from the injection, or once the partitions had leaders
/// again.</param>
/// <param name="Away">How long it was meant to last; starting again comes on top.</param>
public sealed record Injection(
    FaultKind Kind, int Target, long FromMs, long HealedMs, long CountFromMs, TimeSpan Away = default);

/// <summary>A single fault, and how soon everything flowed again, in ms.</summary>
public readonly record struct LoneFault(TimeSpan Away, long Ms);

/// <summary>How soon everything flowed again after faults of one kind, in ms.</summary>
/// <param name="Survived">After how many of them every partition flowed again.</param>
/// <param name="Alone">Those with no other fault from 5 s before until they flowed again.</param>
public sealed record Recovery(
    FaultKind Kind, int Injected, int Survived, IReadOnlyList<long> All, IReadOnlyList<LoneFault> Alone)
{
    private const long QuietBeforeMs = 5_000;

    /// <summary>Faults that stop messages; the others do not affect a recovery time.</summary>
    private static bool Disturbs(FaultKind kind) => kind is not (FaultKind.HeadSwap or FaultKind.PoisonBurst);

    /// <summary>One entry for each kind that was injected.</summary>
    public static IReadOnlyList<Recovery> Of(IReadOnlyList<Injection> injections, Flow flow)
    {
        var recoveries = new List<Recovery>();
        foreach (var kind in injections.GroupBy(injection => injection.Kind).OrderBy(group => group.Key))
        {
            List<long> all = [];
            List<LoneFault> alone = [];
            foreach (var injection in kind)
            {
                if (flow.FlowsAgainMs(injection.CountFromMs) is not { } again)
                    continue;
                all.Add(again - injection.CountFromMs);
                var others = injections.Where(other => !ReferenceEquals(other, injection) && Disturbs(other.Kind));
                if (!others.Any(
                    other =>
                        other.FromMs < again
                        && Math.Max(other.HealedMs, other.CountFromMs) > injection.FromMs - QuietBeforeMs))
                    alone.Add(new(injection.Away, again - injection.CountFromMs));
            }
            recoveries.Add(new(kind.Key, kind.Count(), all.Count, all, alone));
        }
        return recoveries;
    }
}
