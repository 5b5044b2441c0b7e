namespace Worker.Learning.Fitting;

/// <summary>
/// Seeds of random draws for one label. They depend on the options' seed and the label's name only, so that a label
/// gets the same head whichever others are trained with it.
/// </summary>
internal static class LabelSeed
{
    public static int Of(int seed, string label) => unchecked(seed * 397 ^ (int)Fnv1A(label));

    /// <summary>
    /// A hash of the name that is the same in every process, unlike string.GetHashCode (FNV-1a, 32 bits).
    /// </summary>
    private static uint Fnv1A(string name)
    {
        var hash = 2166136261u;
        foreach (var letter in name)
            hash = unchecked((hash ^ letter) * 16777619u);
        return hash;
    }
}
