using System.Runtime.Intrinsics;

namespace Worker.Core.Decisions;

/// <summary>
/// SimHash of a text's tokens (Charikar 2002): a bit is set where most hashes of its tokens and token pairs have it
/// set. Texts that share most of their tokens differ in few of the 64 bits, unrelated ones in about 32.
/// </summary>
internal static class TextHash
{
    private static readonly Vector256<short> Bits = Vector256.Create(
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, short.MinValue);

    /// <summary>So many tokens count; their bits are counted twice, in 16 bits.</summary>
    private const int MaximumTokens = 8192;

    /// <param name="tokens">Token ids, with [CLS] first and [SEP] last; these two are left out because every text has
    /// them. Of a longer text the first 8,192 count.</param>
    public static ulong Of(ReadOnlySpan<int> tokens)
    {
        var inner = tokens.Length > 2 ? tokens[1..^1] : tokens;
        inner = inner[..Math.Min(inner.Length, MaximumTokens)];
        var (a, b, c, d) = (Vector256<short>.Zero, Vector256<short>.Zero, Vector256<short>.Zero, Vector256<short>.Zero);
        var previous = 0ul;
        foreach (var token in inner)
        {
            var one = Mixed((ulong)(uint)token + 1);
            Count(one, ref a, ref b, ref c, ref d);
            Count(Mixed(previous * 31 + one), ref a, ref b, ref c, ref d);
            previous = one;
        }
        // Every token counts twice: itself, and the pair with the one before.
        var half = Vector256.Create((short)inner.Length);
        return Majority(a, half) | Majority(b, half) << 16 | Majority(c, half) << 32 | Majority(d, half) << 48;
    }

    /// <summary>
    /// A well-mixed 64-bit value of another (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
    /// </summary>
    internal static ulong Mixed(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
        value = (value ^ value >> 27) * 0x94D049BB133111EB;
        return value ^ value >> 31;
    }

    /// <summary>A number in [0, 1) of a well-mixed value: its 53 high bits, as many as a double holds.</summary>
    internal static double Fraction(ulong mixed) => (mixed >> 11) * (1.0 / (1UL << 53));

    private static void Count(
        ulong hash, ref Vector256<short> a, ref Vector256<short> b, ref Vector256<short> c, ref Vector256<short> d)
    {
        // A lane whose bit is set compares to −1.
        a -= Vector256.Equals(Vector256.Create((short)hash) & Bits, Bits);
        b -= Vector256.Equals(Vector256.Create((short)(hash >> 16)) & Bits, Bits);
        c -= Vector256.Equals(Vector256.Create((short)(hash >> 32)) & Bits, Bits);
        d -= Vector256.Equals(Vector256.Create((short)(hash >> 48)) & Bits, Bits);
    }

    private static ulong Majority(Vector256<short> counts, Vector256<short> half) =>
        Vector256.GreaterThan(counts, half).ExtractMostSignificantBits();
}
