using System.Text;

namespace Worker.Core.Heads;

/// <summary>What a head on the heads topic is for.</summary>
public enum HeadRole
{
    /// <summary>It decides.</summary>
    InUse,

    /// <summary>It runs in shadow beside the head in use.</summary>
    Challenger,

    /// <summary>It decides a share of the messages in place of the head in use.</summary>
    Canary,
}

/// <summary>
/// Keys of heads on the heads topic. A head in use has its label in UTF-8. The others begin with the byte 0xFF, which
/// no UTF-8 has, then <c>challenger/</c> or <c>canary/</c> and the label. A tombstone ends what the head is for.
/// </summary>
public static class HeadKey
{
    private static readonly byte[] ChallengerStart = [0xFF, .. "challenger/"u8];
    private static readonly byte[] CanaryStart = [0xFF, .. "canary/"u8];

    /// <summary>The key of a label's head.</summary>
    public static byte[] Of(string label, HeadRole role) => role switch
    {
        HeadRole.Challenger => [.. ChallengerStart, .. Encoding.UTF8.GetBytes(label)],
        HeadRole.Canary => [.. CanaryStart, .. Encoding.UTF8.GetBytes(label)],
        _ => Encoding.UTF8.GetBytes(label),
    };

    /// <summary>"label 'spam'", or "challenger of label 'spam'", for messages.</summary>
    public static string Words(string label, HeadRole role) =>
        $"{(role == HeadRole.InUse ? "" : $"{role.ToString().ToLowerInvariant()} of ")}label '{label}'";

    /// <summary>The label that a key names, and what for; anomaly references have other keys.</summary>
    public static (string Label, HeadRole Role) Read(ReadOnlySpan<byte> key) =>
        key.StartsWith(ChallengerStart) ? (Encoding.UTF8.GetString(key[ChallengerStart.Length..]), HeadRole.Challenger)
        : key.StartsWith(CanaryStart) ? (Encoding.UTF8.GetString(key[CanaryStart.Length..]), HeadRole.Canary)
        : (Encoding.UTF8.GetString(key), HeadRole.InUse);
}
