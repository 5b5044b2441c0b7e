namespace Worker.Faults.Tests.Judging;

/// <summary>How a promise was broken.</summary>
public enum Breach
{
    /// <summary>An acknowledged message is not in the topic. That is Kafka's fault; the workers never saw it.</summary>
    InputLost,

    /// <summary>A message did not come out anywhere.</summary>
    Missing,

    /// <summary>A message came out twice in the same outlet.</summary>
    Doubled,

    /// <summary>Results are not in source order.</summary>
    OutOfOrder,

    /// <summary>A good message is a dead letter.</summary>
    WronglyDeadLettered,

    /// <summary>A poison message has a result.</summary>
    PoisonScored,

    /// <summary>A dead letter without its original bytes, or for another reason than the message's.</summary>
    DeadLetterSpoiled,

    /// <summary>A review item without a result that announces it, or the other way round.</summary>
    ReviewMismatch,

    /// <summary>A record that belongs to no message, or to another message than it says.</summary>
    Phantom,

    /// <summary>Scored with a head that was long replaced, or never published.</summary>
    StaleHead,
}

/// <summary>One broken promise: which message, and where.</summary>
public sealed record Violation(Breach Breach, string What);

/// <summary>What the oracle found.</summary>
public sealed record Verdict
{
    public required IReadOnlyList<Violation> Violations { get; init; }

    /// <summary>At-least-once: messages that came out more than once, as they may after a fault.</summary>
    public required int AllowedDoubles { get; init; }

    public required int Good { get; init; }

    public required int Poisoned { get; init; }

    public required int Results { get; init; }

    public required int DeadLetters { get; init; }

    public required int Reviews { get; init; }

    /// <summary>
    /// How often results of one partition went back to an older head, because a worker that did not know the newer one
    /// took over.
    /// </summary>
    public required int HeadSteps { get; init; }

    public int Count(Breach breach) => Violations.Count(violation => violation.Breach == breach);
}
