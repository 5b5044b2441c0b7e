namespace Worker.Faults.Tests.Judging;

/// <summary>Where a message came out.</summary>
public enum Outlet
{
    Results,
    DeadLetters,
    Review,
}

/// <summary>One committed record of an outlet.</summary>
/// <param name="Partition">Of the outlet's topic.</param>
/// <param name="Offset">Of the outlet's topic.</param>
/// <param name="Id">The identity it carries.</param>
/// <param name="SourcePartition">Where it says it came from.</param>
/// <param name="SourceOffset">Likewise.</param>
/// <param name="AtMs">When the reader saw it, in ms of the run.</param>
public sealed record Appearance(
    Outlet Outlet, int Partition, long Offset, int Id, int SourcePartition, long SourceOffset, long AtMs)
{
    /// <summary>Version of the head that scored it; 0 on a dead letter.</summary>
    public int HeadVersion { get; init; }

    /// <summary>Results: whether it says that the message also went to review.</summary>
    public bool Reviewed { get; init; }

    /// <summary>Dead letters: the failure's kind.</summary>
    public string? Failure { get; init; }

    /// <summary>Dead letters: whether the value is the original one byte for byte.</summary>
    public bool ValueIntact { get; init; }

    /// <summary>Dead letters: whether it says that the value was left out.</summary>
    public bool ValueOmitted { get; init; }

    public override string ToString() =>
        $"{Outlet}[{Partition}]@{Offset} from messages[{SourcePartition}]@{SourceOffset}";
}
