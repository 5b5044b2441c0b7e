namespace Worker.Core.Decisions;

/// <summary>
/// Where a message stands between 0 and 1, by its key, or by its text where it has no key: a canary decides the
/// messages below its share. So messages of one key are decided by one version, in every worker and after every
/// restart, and a larger share adds messages and takes none away.
/// </summary>
public static class CanaryPlace
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Its place, in [0, 1).</summary>
    /// <param name="key">Kafka's; null or empty for none.</param>
    /// <param name="text">UTF-8.</param>
    public static double Of(byte[]? key, ReadOnlySpan<byte> text)
    {
        // FNV-1a (Fowler, Noll and Vo), then mixed, because its high bits alone are not even enough.
        var hash = Offset;
        foreach (var one in key is { Length: > 0 } ? key : text)
            hash = (hash ^ one) * Prime;
        return TextHash.Fraction(TextHash.Mixed(hash));
    }
}
