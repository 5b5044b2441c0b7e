namespace Worker.Faults.Tests.Judging;

/// <summary>What happened in a run, for the oracle.</summary>
public sealed record Evidence
{
    /// <summary>All that was sent, by id.</summary>
    public required IReadOnlyList<InputMessage> Sent { get; init; }

    /// <summary>All that the input topic holds.</summary>
    public required IReadOnlyList<SourceRecord> Sources { get; init; }

    /// <summary>All that a read_committed reader saw, each outlet's partition in its order.</summary>
    public required IReadOnlyList<Appearance> Appearances { get; init; }

    /// <summary>Head versions that were published, with when they were acknowledged, in ms of the run.</summary>
    public required IReadOnlyDictionary<int, long> Heads { get; init; }

    /// <summary>
    /// At-least-once: when the first fault was injected, in ms of the run; null in exactly-once mode, where nothing may
    /// come twice.
    /// </summary>
    public required long? DoublesAllowedFromMs { get; init; }
}

/// <summary>
/// Compares sets: every message of the input topic must have come out once, where it belongs, in order. Pure.
/// </summary>
public static class Oracle
{
    /// <summary>
    /// How old a replaced head may be when a message that is scored with it was sent: a worker may be frozen, or a
    /// broker away.
    /// </summary>
    public const long HeadGraceMs = 45_000;

    public static Verdict Judge(Evidence evidence)
    {
        var violations = new List<Violation>();
        var sources = new Dictionary<(int, long), int>();
        foreach (var source in evidence.Sources)
            sources[(source.Partition, source.Offset)] = source.Id;
        var known = new List<Appearance>();
        foreach (var appearance in evidence.Appearances)
            if (sources.TryGetValue((appearance.SourcePartition, appearance.SourceOffset), out var id)
                && id == appearance.Id)
                known.Add(appearance);
            else
                violations.Add(
                    new(Breach.Phantom,
                    $"{appearance} says it is message {appearance.Id}, the input there is " +
                    $"{(sources.TryGetValue((appearance.SourcePartition, appearance.SourceOffset), out id)
                        ? $"message {id}" : "none")}"));
        var inTopic = evidence.Sources.Select(source => source.Id).ToHashSet();
        foreach (var message in evidence.Sent)
            if (message.AckedMs >= 0 && !inTopic.Contains(message.Id))
                violations.Add(new(Breach.InputLost, $"{message} was acknowledged and is not in the topic"));
        var doubles = MessageChecks.Run(evidence, known, violations);
        OrderChecks.Run(evidence, known, violations);
        var steps = HeadChecks.Run(evidence, known, violations);
        var inputs = evidence.Sources.Select(source => evidence.Sent[source.Id]).ToList();
        return new Verdict
        {
            Violations = violations,
            AllowedDoubles = doubles,
            Good = inputs.Count(message => message.Poison == Poison.None),
            Poisoned = inputs.Count(message => message.Poison != Poison.None),
            Results = evidence.Appearances.Count(appearance => appearance.Outlet == Outlet.Results),
            DeadLetters = evidence.Appearances.Count(appearance => appearance.Outlet == Outlet.DeadLetters),
            Reviews = evidence.Appearances.Count(appearance => appearance.Outlet == Outlet.Review),
            HeadSteps = steps,
        };
    }
}
