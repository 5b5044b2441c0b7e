namespace Worker.Learning.Experiments;

/// <summary>Rows of the texts by use; in random order.</summary>
/// <param name="Fit">To fit heads on.</param>
/// <param name="Validation">To learn ensembles' weights on.</param>
/// <param name="Test">To measure on.</param>
internal sealed record RandomSplit(int[] Fit, int[] Validation, int[] Test)
{
    /// <summary>Fit and validation rows together.</summary>
    public int[] Both => [.. Fit, .. Validation];

    public static RandomSplit Of(int rows, double validation, double test, int seed)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        new Random(seed).Shuffle(order);
        var (tested, validated) = ((int)Math.Round(rows * test), (int)Math.Round(rows * validation));
        return new RandomSplit(order[(tested + validated)..], order[tested..(tested + validated)], order[..tested]);
    }
}
