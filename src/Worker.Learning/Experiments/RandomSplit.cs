using Worker.Learning.Examples;

namespace Worker.Learning.Experiments;

/// <summary>Rows of the texts by use; in random order. Copies and near-copies of a text have one use.</summary>
/// <param name="Fit">To fit heads on.</param>
/// <param name="Validation">To learn ensembles' weights on.</param>
/// <param name="Test">To measure on.</param>
internal sealed record RandomSplit(int[] Fit, int[] Validation, int[] Test)
{
    /// <summary>Fit and validation rows together.</summary>
    public int[] Both => [.. Fit, .. Validation];

    /// <param name="groups">The texts' groups of copies.</param>
    /// <param name="validation">Share of the distinct texts.</param>
    /// <param name="test">Share of the distinct texts.</param>
    public static RandomSplit Of(TextGroups groups, double validation, double test, int seed)
    {
        var order = Enumerable.Range(0, groups.Count).ToArray();
        new Random(seed).Shuffle(order);
        var (tested, validated) = ((int)Math.Round(groups.Count * test), (int)Math.Round(groups.Count * validation));
        var rows = Enumerable.Range(0, groups.Texts).ToLookup(row => groups[row]);
        return new RandomSplit(Rows(order[(tested + validated)..]), Rows(order[tested..(tested + validated)]),
            Rows(order[..tested]));

        int[] Rows(int[] some) => [.. some.SelectMany(group => rows[group])];
    }
}
