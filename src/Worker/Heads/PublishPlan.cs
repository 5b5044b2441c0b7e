using Worker.Core.Heads;
using Worker.Kafka.Heads;

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
    public static IReadOnlyList<PlannedHead> Of(IReadOnlyList<Head> heads, TopicHeads topic) =>
        [.. heads.Select(head => Of(head, topic))];

    private static PlannedHead Of(Head head, TopicHeads topic)
    {
        var before = topic.Find(head.Label);
        if (before?.Head is { } old && HeadContent.IsSame(old, head))
            return new PlannedHead(old, before, head.Version, IsThere: before.Signature != SignatureState.Older);
        var raised = head with { Version = Math.Max(head.Version, topic.NextVersion(head.Label)) };
        return new PlannedHead(raised, before, head.Version, IsThere: false);
    }
}
