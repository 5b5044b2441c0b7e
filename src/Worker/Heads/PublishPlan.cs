using Worker.Core.Heads;

namespace Worker.Heads;

/// <summary>What publishing a head does.</summary>
/// <param name="Head">As it is published, or as it is on the topic already.</param>
/// <param name="Before">The label's last record on the topic; null where there is none.</param>
/// <param name="Given">The version that the head has in its file.</param>
/// <param name="IsThere">Whether the topic holds the same head already, and nothing is published.</param>
internal sealed record PlannedHead(Head Head, HeadEntry? Before, int Given, bool IsThere)
{
    /// <summary>"v3 → v4", "new, v1".</summary>
    public string Step => this switch
    {
        { IsThere: true } => $"v{Head.Version}, the same",
        { Before: null } => $"new, v{Head.Version}",
        { Before.IsTombstone: true } => $"was retired, now v{Head.Version}",
        { Before.Head: { } old } => $"v{old.Version} → v{Head.Version}",
        _ => $"was no head, now v{Head.Version}",
    };
}

/// <summary>
/// Which heads of a file are published, and as which versions. Invariant: of the records of a label that the topic
/// still holds, no two of one version differ.
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
            return new PlannedHead(old, before, head.Version, IsThere: true);
        var raised = head with { Version = Math.Max(head.Version, topic.NextVersion(head.Label)) };
        return new PlannedHead(raised, before, head.Version, IsThere: false);
    }
}
