using Worker.Faults.Tests.Judging;
using Worker.Faults.Tests.Workers;

namespace Worker.Faults.Tests.Reporting;

/// <summary>The result of a run.</summary>
internal sealed record Report
{
    public required FaultOptions Options { get; init; }

    public required Verdict Verdict { get; init; }

    public required IReadOnlyList<Injection> Injections { get; init; }

    public required Flow Flow { get; init; }

    public required IReadOnlyList<Ending> Endings { get; init; }

    /// <summary>Messages whose fate the producer does not know; the topic shows it.</summary>
    public required int InDoubt { get; init; }

    /// <summary>Whether everything came out before the deadline.</summary>
    public required bool Drained { get; init; }

    /// <summary>Whether the reader reached the end of every topic, which an open transaction prevents.</summary>
    public required bool ReadToEnd { get; init; }

    public required long DrainMs { get; init; }

    public required int HeadVersions { get; init; }

    public bool Passed => Drained && ReadToEnd && Verdict.Violations.Count == 0 && !Endings.Any(ending => ending.Wrong);
}
