using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Which heads form an exclusive group: exactly one of their labels holds for every text.</summary>
internal sealed class ExclusiveGroups
{
    private readonly bool forced;
    private readonly bool none;
    private readonly string? name;
    private readonly bool asBefore;

    private ExclusiveGroups(bool forced, bool none, string? name, bool asBefore = false) =>
        (this.forced, this.none, this.name, this.asBefore) = (forced, none, name, asBefore);

    /// <summary>As the data show; if they do not, as the heads were before.</summary>
    public static ExclusiveGroups Automatic { get; } = new(forced: false, none: false, null);

    /// <summary>As the heads were before, unless the data contradict it: for data that have not all labels.</summary>
    public static ExclusiveGroups Standing { get; } = new(forced: false, none: false, null, asBefore: true);

    /// <summary>No groups.</summary>
    public static ExclusiveGroups None { get; } = new(forced: false, none: true, null);

    /// <summary>All labels are one group.</summary>
    /// <param name="name">Null for a name made from its labels.</param>
    public static ExclusiveGroups Forced(string? name) => new(forced: true, none: false, name);

    /// <summary>Refuses data that contradict what is asked for, before anything is trained.</summary>
    /// <exception cref="UserError">The labels must be exclusive, but a text has two of them.</exception>
    public void Check(DataSet data)
    {
        if (forced && ExclusiveLabels.Violation(data, data.Labels) is { } found)
            throw new UserError(
                $"--exclusive: a text has both '{found.One}' and '{found.Other}': " +
                $"\"{Short(data.Texts[found.Row])}\"; correct it, or leave --exclusive out");
    }

    /// <summary>The heads with their groups.</summary>
    /// <param name="data">What they were trained on, cleaned.</param>
    /// <param name="previous">The heads that they replace.</param>
    /// <exception cref="UserError">The labels must be exclusive, but a text has two of them.</exception>
    public IReadOnlyList<Head> Assign(IReadOnlyList<Head> heads, DataSet data, IReadOnlyList<Head> previous)
    {
        if (none)
            return [.. heads.Select(head => head with { Group = null })];
        Check(data);
        var parents = previous.Where(head => head.Group is not null).ToLookup(head =>
            head.Group!, StringComparer.Ordinal);
        if (heads.Count > 1 && (forced || !asBefore && ExclusiveLabels.Hold(data)))
        {
            // If the labels had one group before, it keeps its name, so that its heads stay together.
            string[] earlier = [.. parents.Where(group => group.Any(head => data.Labels.Contains(head.Label)))
                .Select(group => group.Key)];
            var group = name ?? (earlier.Length == 1 ? earlier[0] : ExclusiveLabels.Name(data.Labels));
            return [.. heads.Select(head => head with { Group = group })];
        }
        // A text with two labels of a group dissolves it; otherwise heads stay in the group of the heads that they
        // replace.
        var standing = parents.Where(group =>
            ExclusiveLabels.Violation(data, [.. group.Select(head => head.Label)]) is null)
            .SelectMany(group => group.Select(head => (head.Label, group.Key))).ToDictionary(StringComparer.Ordinal);
        return [.. heads.Select(head => head with { Group = standing.GetValueOrDefault(head.Label) })];
    }

    /// <summary>Remarks about the groups that heads are in, one line each.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Head> heads) =>
        heads.Where(head => head.Group is not null).GroupBy(head => head.Group!, StringComparer.Ordinal)
            .Select(group =>
                $"{group.Count()} labels, and every text has exactly one of them: group {group.Key} (--not-exclusive " +
                "if that is chance)");

    private static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
