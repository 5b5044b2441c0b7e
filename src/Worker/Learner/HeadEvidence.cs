using System.Runtime.InteropServices;
using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Learner;

/// <summary>
/// What a head says of the texts that it was judged on, each by a fit without it: so that a later challenger can be
/// compared with it on texts that neither has seen.
/// </summary>
/// <param name="Change">The change up to which examples were read: the head has seen what was there then.</param>
/// <param name="Texts">Ids, rising.</param>
/// <param name="Probabilities">One a text.</param>
/// <param name="Decisions">True for a yes; one a text.</param>
internal sealed record HeadEvidence(long Change, long[] Texts, float[] Probabilities, bool[] Decisions)
{
    private const int BytesOfText = sizeof(long) + sizeof(float) + sizeof(bool);

    /// <summary>As the store keeps it: the change, the ids, the probabilities, the decisions; little-endian.</summary>
    public byte[] ToBytes() =>
    [
        .. BitConverter.GetBytes(Change), .. MemoryMarshal.AsBytes(Texts.AsSpan()),
        .. MemoryMarshal.AsBytes(Probabilities.AsSpan()), .. MemoryMarshal.AsBytes(Decisions.AsSpan()),
    ];

    /// <summary>What <see cref="ToBytes"/> made.</summary>
    public static HeadEvidence Of(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes[sizeof(long)..];
        var count = rest.Length / BytesOfText;
        var (ids, probabilities) = (count * sizeof(long), count * sizeof(float));
        return new HeadEvidence(
            BitConverter.ToInt64(bytes),
            MemoryMarshal.Cast<byte, long>(rest[..ids]).ToArray(),
            MemoryMarshal.Cast<byte, float>(rest.Slice(ids, probabilities)).ToArray(),
            MemoryMarshal.Cast<byte, bool>(rest[(ids + probabilities)..]).ToArray());
    }

    /// <summary>
    /// What a label's head in use was judged by; null where that is not known. The head is told by its content: what
    /// people publish or roll back to may have the version of another head in the store, which was kept.
    /// </summary>
    /// <param name="stored">The label's heads in the store.</param>
    public static HeadEvidence? Of(Champion? champion, IEnumerable<StoredHead> stored) =>
        champion is not null && stored.FirstOrDefault(one => one.Evidence is not null
            && HeadContent.IsSame(HeadJson.Parse(Encoding.UTF8.GetBytes(one.Json)), champion.Head))
            is { Evidence: { } evidence }
            ? Of(evidence)
            : null;

    /// <summary>
    /// Whether an answer came after a head was made, so that the head cannot have been fitted to it.
    /// </summary>
    /// <param name="evidence">What the head was judged by; null where that is not known.</param>
    public static bool IsNew(StoredExample example, Champion champion, HeadEvidence? evidence) => evidence is not null
        ? example.Change > evidence.Change
        : champion.Since is { } since && example.At > since;

    /// <summary>The place of a text; negative when it was not judged.</summary>
    public int IndexOf(long text) => Array.BinarySearch(Texts, text);
}
