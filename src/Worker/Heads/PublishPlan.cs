using Worker.Core.Heads;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>What publishing a head does.</summary>
/// <param name="Head">As it will be published, or as it already is on the topic.</param>
/// <param name="Before">The label's last record on the topic; null if there is none.</param>
/// <param name="Given">The version that the head has in its file.</param>
/// <param name="IsThere">Whether the topic already holds the same head; then nothing is published.</param>
internal sealed record PlannedHead(Head Head, HeadEntry? Before, int Given, bool IsThere)
{
    /// <summary>"v3 → v4", "new, v1".</summary>
    public string Step => this switch
    {
        { IsThere: true } => $"v{Head.Version}, the same",
        { Head.CanaryShare: { } share, IsThere: false } =>
            $"v{Before!.Head!.Version}, and v{Head.Version} for {HeadWords.Percent(share)} of the messages",
        { Before: null } => $"new, v{Head.Version}",
        { Before.IsTombstone: true } => $"was retired, now v{Head.Version}",
        { Before.Head: { } old } when old.Version == Head.Version =>
            $"v{old.Version}, the same, signed with the new key",
        { Before.Head: { } old } => $"v{old.Version} → v{Head.Version}",
        _ => $"was not a head, now v{Head.Version}",
    };
}

/// <summary>
/// Which heads of a file are published, and as which versions. Invariant: if two records of a label on the topic have
/// the same version, they are the same.
/// </summary>
internal static class PublishPlan
{
    /// <summary>A step for each head, in the order given.</summary>
    /// <param name="heads">Of a file.</param>
    /// <param name="topic">What is there.</param>
    /// <param name="canary">The share of messages that they decide at first; null for all.</param>
    /// <exception cref="UserError">A canary has no head beside it.</exception>
    public static IReadOnlyList<PlannedHead> Of(
        IReadOnlyList<Head> heads, TopicHeads topic, double? canary = null) =>
        [.. heads.Select(head => canary is { } share ? Canary(head, topic, share) : Of(head, topic))];

    private static PlannedHead Canary(Head head, TopicHeads topic, double share)
    {
        var before = topic.Find(head.Label);
        if (before?.Head is not { } old)
            throw new UserError(
                $"label '{head.Label}' has no head on topic '{topic.Topic}' that could decide the other messages\n" +
                "  what to do: publish it without --canary");
        if (HeadContent.IsSame(old, head))
            return new PlannedHead(old, before, head.Version, IsThere: true);
        var running = topic.Canary(head.Label);
        var isSame = running is not null && HeadContent.IsSame(running, head);
        var version = isSame ? running!.Version : Math.Max(head.Version, topic.NextVersion(head.Label));
        return new PlannedHead(
            head with { Version = version, CanaryShare = share }, before, head.Version,
            IsThere: isSame && running!.CanaryShare == share);
    }

    private static PlannedHead Of(Head head, TopicHeads topic)
    {
        // A file may come from 'heads show --json'.
        head = head with { CanaryShare = null };
        var before = topic.Find(head.Label);
        if (before?.Head is { } old && HeadContent.IsSame(old, head))
            return new PlannedHead(old, before, head.Version, IsThere: before.Signature != SignatureState.Older);
        // The canary itself, for all messages from now on: results go on with its version.
        if (topic.Canary(head.Label) is { } canary && HeadContent.IsSame(canary, head))
            return new PlannedHead(head with { Version = canary.Version }, before, canary.Version, IsThere: false);
        var raised = head with { Version = Math.Max(head.Version, topic.NextVersion(head.Label)) };
        return new PlannedHead(raised, before, head.Version, IsThere: false);
    }
}
