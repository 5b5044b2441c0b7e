using System.Text;
using Worker.Core.Decisions;
using Worker.Core.Heads;

namespace Worker.Core.Results;

/// <summary>
/// The bytes of a label that are the same in every message of a head set, encoded once: <c>"spam":{"p":</c> before its
/// probability and <c>3}</c>, its head's version, at the end; one after the other in one buffer.
/// </summary>
internal sealed class LabelBytes
{
    /// <summary>Bytes of a probability with six decimals.</summary>
    public const int Fraction = 8;

    /// <summary>By <see cref="LabelDecision.Index"/>.</summary>
    private static readonly byte[][] Middles =
    [
        .. Enumerable.Range(0, LabelDecision.Count).Select(LabelDecision.At).Select(decided => Encoding.UTF8.GetBytes(
            $",\"decision\":\"{DecisionNames.Of(decided.Decision)}\"," +
            $"\"confidence\":\"{DecisionNames.Of(decided.Confidence)}\",\"version\":")),
    ];

    private readonly byte[] bytes;
    private readonly int[] ends;
    private readonly byte[][] names;

    public LabelBytes(HeadSet heads)
    {
        Heads = heads;
        Encoder = JsonEscape.Encode(heads.Encoder);
        names = [.. heads.Heads.Select(head => JsonEscape.Encode(head.Label))];
        ends = new int[2 * names.Length];
        var all = new List<byte>();
        for (var label = 0; label < names.Length; label++)
        {
            all.AddRange([(byte)'"', .. names[label], .. "\":{\"p\":"u8]);
            ends[2 * label] = all.Count;
            all.AddRange(Encoding.UTF8.GetBytes($"{heads.Heads[label].Version}}}"));
            ends[2 * label + 1] = all.Count;
        }
        bytes = [.. all];
        // A comma before each.
        MaximumBytes = bytes.Length + names.Length * (1 + Fraction + Middles.Max(middle => middle.Length));
    }

    public HeadSet Heads { get; }

    /// <summary>The encoder's hash, escaped.</summary>
    public byte[] Encoder { get; }

    /// <summary>Maximum bytes of all labels together.</summary>
    public int MaximumBytes { get; }

    /// <summary>A label's name, escaped.</summary>
    public ReadOnlySpan<byte> Name(int label) => names[label];

    /// <summary><c>"spam":{"p":</c>.</summary>
    public ReadOnlySpan<byte> Before(int label)
    {
        var start = label == 0 ? 0 : ends[2 * label - 1];
        return bytes.AsSpan(start, ends[2 * label] - start);
    }

    /// <summary><c>,"decision":"yes","confidence":"certified","version":</c>.</summary>
    public static ReadOnlySpan<byte> Between(LabelDecision decision) => Middles[decision.Index];

    /// <summary><c>3}</c>.</summary>
    public ReadOnlySpan<byte> After(int label) => bytes.AsSpan(ends[2 * label], ends[2 * label + 1] - ends[2 * label]);
}
