using Worker.Core.Heads;

namespace Worker.Heads;

/// <summary>A head without its version.</summary>
internal static class HeadContent
{
    /// <summary>
    /// Whether two heads are the same except for their version, the version they were made from, and the share of
    /// messages that a canary decides.
    /// </summary>
    public static bool IsSame(Head a, Head b) => Bytes(a).AsSpan().SequenceEqual(Bytes(b));

    private static byte[] Bytes(Head head) =>
        HeadJson.Serialize(head with { Version = 1, Parent = null, CanaryShare = null });
}
