using System.Globalization;
using Worker.Core.Heads;
using Worker.Heads;

namespace Worker.Learner;

/// <summary>What is done about a canary now.</summary>
internal enum CanaryStep
{
    /// <summary>It is on its way to the topic, or a person's change of the topic is.</summary>
    Wait,

    /// <summary>It goes on.</summary>
    Run,

    /// <summary>It decides all messages from now on.</summary>
    Promote,

    /// <summary>A person had it decide all messages.</summary>
    Published,

    /// <summary>It decides none any more.</summary>
    Drop,
}

/// <summary>What is done, and why.</summary>
internal readonly record struct CanaryDecision(CanaryStep Step, string Reason);

/// <summary>
/// Of the audited texts that two heads decide differently, how many each has wrong. One of both is wrong in each.
/// </summary>
/// <param name="Worse">Texts that the canary has wrong.</param>
/// <param name="Better">Texts that the head in use has wrong.</param>
/// <param name="IsShown">Whether the canary is shown to be worse: the time-uniform lower bound of its share of these
/// errors is above one half.</param>
internal readonly record struct PairedErrors(long Worse, long Better, bool IsShown)
{
    /// <summary>Audited texts that both decide, differently or not.</summary>
    public long Seen { get; init; }

    /// <summary>Texts that both have wrong.</summary>
    public long Both { get; init; }
}

/// <summary>What is known of a canary at a moment.</summary>
/// <param name="Canary">As the store has it.</param>
/// <param name="Made">When it was written down.</param>
/// <param name="Over">Version of the head that it is to follow.</param>
/// <param name="InUse">The head in use; null for none.</param>
/// <param name="OnTopic">The last record of the label's canary, which may be a tombstone; null for none.</param>
/// <param name="WasThere">Whether the topic has had the canary's version.</param>
/// <param name="IsOnItsWay">Whether records of the label are not sent yet.</param>
/// <param name="MissingSince">Since when it is neither on its way nor on the topic; null while it is.</param>
/// <param name="Errors">In the audit, of it and of the head in use.</param>
internal sealed record CanaryStand(
    Head Canary, DateTimeOffset Made, int Over, Head? InUse, HeadEntry? OnTopic, bool WasThere, bool IsOnItsWay,
    DateTimeOffset? MissingSince, PairedErrors Errors)
{
    /// <summary>Whether the topic's canary is this one, whatever its share.</summary>
    public bool IsOnTopic => OnTopic?.Head is { } head && head.Version == Canary.Version;
}

/// <summary>Decides what becomes of canaries. Pure: it is told the time.</summary>
internal static class CanaryRule
{
    /// <summary>
    /// Readers of the topic are behind by less, unless brokers are away. Somebody ended the canary before this learner
    /// read the topic, and the topic keeps no trace of it.
    /// </summary>
    public static readonly TimeSpan Missing = TimeSpan.FromMinutes(10);

    /// <param name="duration">How long a canary runs.</param>
    public static CanaryDecision Of(CanaryStand stand, TimeSpan duration, DateTimeOffset now)
    {
        if (stand.IsOnItsWay)
            return new CanaryDecision(CanaryStep.Wait, "it is on its way to the heads topic");
        // 1. What people did about the head in use.
        if (stand.InUse is not { } inUse)
            return new CanaryDecision(CanaryStep.Drop, "the label has no head in use any more");
        if (inUse.Version != stand.Over)
            return HeadContent.IsSame(inUse, stand.Canary)
                ? new CanaryDecision(CanaryStep.Published, $"somebody put it into use as v{inUse.Version}")
                : new CanaryDecision(CanaryStep.Drop, $"v{inUse.Version} was published in the meantime");
        // 2. What they did about the canary.
        if (!stand.IsOnTopic)
            return stand switch
            {
                { OnTopic.Head: { } other } when other.Version > stand.Canary.Version => new CanaryDecision(
                    CanaryStep.Drop, $"somebody published v{other.Version} as a canary in its place"),
                { OnTopic.IsTombstone: true, WasThere: true } => new CanaryDecision(
                    CanaryStep.Drop, "somebody ended it"),
                _ when now - stand.MissingSince >= Missing => new CanaryDecision(
                    CanaryStep.Drop, "it is not on the heads topic any more"),
                _ => new CanaryDecision(CanaryStep.Wait, "it is not on the heads topic yet"),
            };
        // 3. What the audit says.
        var (worse, better, isShown) = stand.Errors;
        if (isShown)
            return new CanaryDecision(
                CanaryStep.Drop, $"of the audited texts that it decides otherwise than v{stand.Over} it was wrong in " +
                    $"{worse} and right in {better}: shown to be worse");
        var since = Since(stand);
        return now - since < duration
            ? new CanaryDecision(CanaryStep.Run, "it runs")
            : new CanaryDecision(CanaryStep.Promote, string.Create(CultureInfo.InvariantCulture,
                $"nothing spoke against it in {(now - since).TotalMinutes:F0} minutes; of the audited texts that it " +
                $"decides otherwise than v{stand.Over} it was wrong in {worse} and right in {better}"));
    }

    /// <summary>When a canary is to decide all messages if nothing speaks against it; null until it is on the topic.
    /// </summary>
    /// <param name="duration">How long a canary runs.</param>
    public static DateTimeOffset? Promotion(CanaryStand stand, TimeSpan duration) =>
        stand is { IsOnTopic: true, IsOnItsWay: false } ? Since(stand) + duration : null;

    // A share that somebody changed begins anew. The broker's clock need not be the learner's.
    private static DateTimeOffset Since(CanaryStand stand) =>
        stand.OnTopic!.Written is { } written && written > stand.Made ? written : stand.Made;

    /// <summary>
    /// Heads of an exclusive group decide against each other: all go on, or all are promoted, or none is.
    /// </summary>
    public static IReadOnlyList<CanaryDecision> Together(IReadOnlyList<CanaryDecision> each)
    {
        if (each.FirstOrDefault(one => one.Step == CanaryStep.Drop) is { Reason: { } reason })
            return [.. each.Select(one => one.Step is CanaryStep.Drop or CanaryStep.Published
                ? one : new CanaryDecision(CanaryStep.Drop, $"another of its exclusive group was dropped: {reason}"))];
        return each.FirstOrDefault(one => one.Step is CanaryStep.Wait or CanaryStep.Run) is { Reason: not null } open
            ? [.. each.Select(_ => open)]
            : each;
    }
}
