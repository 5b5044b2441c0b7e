using System.Text;

namespace Worker.Core.Heads;

/// <summary>
/// A head that runs in shadow beside its label's head in use: it scores every message in the same pass and decides
/// nothing. Where the two disagree, people may be asked.
/// </summary>
/// <param name="Label">Index of its label in <see cref="HeadSet.Heads"/>.</param>
/// <param name="Head">The challenger.</param>
public readonly record struct Challenger(int Label, Head Head)
{
    /// <summary>Whether the challenger decides otherwise than the head in use.</summary>
    /// <param name="probability">The challenger's, calibrated.</param>
    /// <param name="passes">Whether the head in use has its label pass its threshold.</param>
    public bool Disagrees(float probability, bool passes) =>
        probability >= (float)Head.Thresholds.Decide != passes;
}

/// <summary>
/// Keys of challengers on the heads topic: the byte 0xFF, which no label's key has (labels are UTF-8), then
/// <c>challenger/</c> and the label. A tombstone ends the shadow run.
/// </summary>
public static class ChallengerKey
{
    private static readonly byte[] Start = [0xFF, .. "challenger/"u8];

    /// <summary>The key of a label's challenger.</summary>
    public static byte[] Of(string label) => [.. Start, .. Encoding.UTF8.GetBytes(label)];

    /// <summary>The label whose challenger a key names; null for any other key.</summary>
    public static string? Label(ReadOnlySpan<byte> key) =>
        key.StartsWith(Start) ? Encoding.UTF8.GetString(key[Start.Length..]) : null;
}
