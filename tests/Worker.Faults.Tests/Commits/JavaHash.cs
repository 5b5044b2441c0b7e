namespace Worker.Faults.Tests.Commits;

/// <summary>The hash by which Kafka finds the partition of a transactional identity or of a group.</summary>
internal static class JavaHash
{
    public static int Of(string text)
    {
        var hash = 0;
        foreach (var letter in text)
            hash = unchecked(31 * hash + letter);
        return hash == int.MinValue ? 0 : Math.Abs(hash);
    }
}
