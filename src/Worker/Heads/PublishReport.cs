using Worker.Terminal;

namespace Worker.Heads;

/// <summary>
/// Says what a publication does to each label: one line per label; if there are many, one line for all with the same
/// change.
/// </summary>
internal static class PublishReport
{
    /// <summary>Up to this many labels, each has a line.</summary>
    private const int MaximumLines = 30;

    /// <summary>Lines about the heads of a file.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<PlannedHead> plan)
    {
        var changed = plan.Where(step => !step.IsThere).ToList();
        var lines = changed.Count <= MaximumLines
            ? changed.Select(step => $"{TextColumns.OneLine(step.Head.Label)}: {step.Step}{Raised(step)}")
            : changed.GroupBy(step => step.Step, StringComparer.Ordinal).Select(same => Summary(same.Key, [.. same]));
        var there = plan.Where(step => step.IsThere).ToList();
        return there.Count == 0 ? lines : lines.Append(Summary("the same, not published again", there));
    }

    /// <summary>Labels on the topic that are not in the file; nothing if there are none.</summary>
    public static IEnumerable<string> Left(IReadOnlyList<PlannedHead> plan, TopicHeads topic)
    {
        var given = plan.Select(step => step.Head.Label).ToHashSet(StringComparer.Ordinal);
        var left = topic.Entries.Select(entry => entry.Label).Where(label => !given.Contains(label)).ToList();
        return left.Count == 0
            ? []
            : [Named($"not in the file and still in use: {left.Count}",
                left), "  'worker heads retire LABEL' takes one out of service"];
    }

    private static string Summary(string step, List<PlannedHead> same) =>
        Named($"{(same.Count == 1 ? "1 label" : $"{same.Count} labels")} {step}", same.Select(one => one.Head.Label));

    /// <summary>As many of the labels as fit on one line.</summary>
    private static string Named(string start, IEnumerable<string> labels) =>
        TextColumns.Cut(
            $"{start} ({string.Join(", ", labels.Select(TextColumns.OneLine))}", TextColumns.Screen - 2) + ")";

    /// <summary>Why a head does not have the version of its file.</summary>
    private static string Raised(PlannedHead step) =>
        step.Head.Version == step.Given ? "" : $" (its file says v{step.Given}, which the topic had)";
}
