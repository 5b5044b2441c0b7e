using System.Collections.Immutable;
using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>Which labels of a head set exclude each other: exactly one label of a group holds.</summary>
internal sealed class ExclusiveGroups
{
    private readonly int[]?[] ofLabel;

    public ExclusiveGroups(ImmutableArray<Head> heads)
    {
        // A group with only one head excludes nothing.
        Members = [.. Enumerable.Range(0, heads.Length).Where(label => heads[label] is
        { Group: not null, Described: null })
            .GroupBy(label => heads[label].Group, StringComparer.Ordinal).Select(group => group.ToArray())
                .Where(members => members.Length > 1)];
        ofLabel = new int[heads.Length][];
        foreach (var members in Members)
            foreach (var label in members)
                ofLabel[label] = members;
    }

    /// <summary>Labels of each group.</summary>
    public int[][] Members { get; }

    public bool Contains(int label) => ofLabel[label] is not null;

    /// <summary>The most probable label (the first of several equal ones), and the sum of all probabilities.</summary>
    public static (int Top, double Sum) Top(int[] members, ReadOnlySpan<float> probabilities)
    {
        var (top, sum) = (members[0], 0.0);
        foreach (var label in members)
        {
            sum += probabilities[label];
            if (probabilities[label] > probabilities[top])
                top = label;
        }
        return (top, sum);
    }

    /// <summary>A label's share of its group's probabilities; equal shares if all are 0.</summary>
    public static double Share(double probability, double sum, int members) =>
        sum > 0 ? probability / sum : 1.0 / members;

    /// <summary>The distance of a label's share from the best of the others; in [0, 1].</summary>
    public double Margin(int label, ReadOnlySpan<float> probabilities)
    {
        var members = ofLabel[label]!;
        var (_, sum) = Top(members, probabilities);
        var best = 0f;
        foreach (var other in members)
            if (other != label)
                best = Math.Max(best, probabilities[other]);
        return Math.Abs(Share(probabilities[label], sum, members.Length) - Share(best, sum, members.Length));
    }
}
