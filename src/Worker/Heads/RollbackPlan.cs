using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>
/// What a rollback publishes: an earlier head's content under a new version, above all that are there.
/// </summary>
/// <param name="Head">To be published; its parent is the version whose content it has.</param>
/// <param name="From">The head in use; null if the label is retired, or its last record is not a head.</param>
/// <param name="To">The earlier record.</param>
internal sealed record RollbackPlan(Head Head, Head? From, HeadEntry To)
{
    private const string Compacted = "it is compacted, and earlier records are removed in time";

    /// <param name="topic">Has followed the label.</param>
    /// <param name="label">The label of the head.</param>
    /// <param name="version">The version to go back to; null for the one before the head in use, or for the last one of
    /// a retired label.</param>
    /// <exception cref="UserError">There is no such version, or it is in use; the message names the versions that are
    /// there.</exception>
    public static RollbackPlan Of(TopicHeads topic, string label, int? version)
    {
        if (topic.Find(label) is not { } last)
            throw topic.Missing(label);
        var heads = topic.History.Where(entry => entry.Head is not null).ToList();
        var target = version is { } wanted ? Named(topic, last, heads, wanted) : Before(topic, last, heads);
        var old = target.Head!;
        if (last.Head is { } current && HeadContent.IsSame(current, old))
            throw Refused(
                $"v{current.Version} of '{label}' is in use and decides as v{old.Version} does: there is nothing to " +
                "roll back", last, heads);
        return new RollbackPlan(
            old with { Version = topic.NextVersion(label), Parent = old.Version }, last.Head, target);
    }

    /// <summary>The versions that are there, and how to name one.</summary>
    public static string Versions(HeadEntry last, IReadOnlyList<HeadEntry> heads) => string.Join(", ", heads
        .GroupBy(entry => entry.Head!.Version).Select(same => same.Last())
        .Select(entry =>
            $"v{entry.Head!.Version} ({(ReferenceEquals(entry, last) ? "in use since " : "")}{entry.When})"));

    private static HeadEntry Named(TopicHeads topic, HeadEntry last, List<HeadEntry> heads, int version) =>
        heads.FindLast(entry => entry.Head!.Version == version)
        ?? throw Refused(
            $"version {version} of '{last.Label}' is not on topic " +
            $"'{topic.Topic}'{(version < topic.NextVersion(last.Label) ? $" any more: {Compacted}" : "")}", last,
            heads);

    /// <summary>
    /// For a label in use, the last head before its content first appeared. So a second rollback goes further back, and
    /// not to the head that was rolled back.
    /// </summary>
    private static HeadEntry Before(TopicHeads topic, HeadEntry last, List<HeadEntry> heads)
    {
        if (last.Head is not { } current)
            return heads.LastOrDefault()
                ?? throw Refused(
                    $"topic '{topic.Topic}' holds no head of '{last.Label}' any more: {Compacted}", last, heads);
        var first = heads.FindIndex(entry => HeadContent.IsSame(entry.Head!, current));
        if (first > 0)
            return heads[first - 1];
        var like = heads[0] == last ? "" : $" decides as v{heads[0].Head!.Version} does, which";
        throw Refused(
            $"v{current.Version} of '{last.Label}'{like} is the earliest head on topic '{topic.Topic}': {Compacted}",
            last, heads);
    }

    /// <summary>What is wrong, and which versions there are instead.</summary>
    private static UserError Refused(string problem, HeadEntry last, List<HeadEntry> heads) =>
        new($"{problem}\n  what to do: {Offer(last, heads)}");

    private static string Offer(HeadEntry last, List<HeadEntry> heads) => heads.TrueForAll(entry => entry == last)
        ? "publish a file that has it ('worker heads publish FILE')"
        : $"name one with --to, there are {Versions(last, heads)}; or publish a file ('worker heads publish FILE')";
}
