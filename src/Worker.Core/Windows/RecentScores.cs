using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>
/// Scores of texts that came lately, by their token ids, so that a text that comes again is not encoded again. The text
/// that was not met for longest makes room for a new one. Scores belong to one instance of the head matrix: with
/// another one everything is forgotten. One caller at a time; it belongs to one encoder.
/// </summary>
/// <param name="bytes">About how much memory it may take.</param>
public sealed class RecentScores(long bytes)
{
    /// <summary>What an entry takes beside its floats: key, place in the dictionary, links.</summary>
    private const int EntryBytes = 72;

    /// <summary>Rows that are allocated at a time.</summary>
    private const int BlockRows = 256;

    private readonly Dictionary<UInt128, int> slotOf = [];
    private readonly List<float[]> blocks = [];
    private readonly List<Entry> entries = [];
    private HeadMatrix? owner;
    private int featureWidth;
    private int labels;
    private int capacity;

    // The ends of the list, from the text that was met last to the one that was not met for longest; -1 if it is empty.
    private int first = -1;
    private int last = -1;

    /// <summary>How many texts it holds.</summary>
    public int Count => entries.Count;

    private int RowWidth => featureWidth + labels;

    /// <summary>
    /// The key of a text: a hash that nobody can find two texts for. A sender who could would give one text the scores
    /// of another.
    /// </summary>
    public static UInt128 Key(ReadOnlySpan<int> ids)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(ids), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Prepares for rows of these heads; forgets those of others.</summary>
    /// <param name="heads">The heads that the next scores are of.</param>
    /// <param name="features">Floats of features in a row; 0 if none are wanted.</param>
    /// <param name="logits">Logits in a row; 0 if none are wanted.</param>
    public void Use(HeadMatrix heads, int features, int logits)
    {
        if (ReferenceEquals(heads, owner) && features == featureWidth && logits == labels)
            return;
        slotOf.Clear();
        entries.Clear();
        if (features + logits != RowWidth)
            blocks.Clear();
        (owner, featureWidth, labels, first, last) = (heads, features, logits, -1, -1);
        capacity = (int)Math.Min(bytes / (sizeof(float) * (long)RowWidth + EntryBytes), int.MaxValue / 2);
    }

    /// <summary>Copies the row of a text, and makes it the one that was met last.</summary>
    /// <returns>False if the text is not known.</returns>
    public bool TryTake(UInt128 key, Span<float> features, Span<float> logits)
    {
        if (!slotOf.TryGetValue(key, out var slot))
            return false;
        var row = Row(slot);
        row[..featureWidth].CopyTo(features);
        row[featureWidth..].CopyTo(logits);
        Unlink(slot);
        LinkFirst(slot);
        return true;
    }

    /// <summary>Keeps the row of a text that is not known yet.</summary>
    public void Add(UInt128 key, ReadOnlySpan<float> features, ReadOnlySpan<float> logits)
    {
        if (capacity == 0)
            return;
        int slot;
        if (entries.Count < capacity)
        {
            slot = entries.Count;
            entries.Add(default);
            if (slot / BlockRows == blocks.Count)
                blocks.Add(new float[BlockRows * RowWidth]);
        }
        else
        {
            slot = last;
            Unlink(slot);
            slotOf.Remove(entries[slot].Key);
        }
        entries[slot] = new Entry(key, -1, -1);
        slotOf.Add(key, slot);
        LinkFirst(slot);
        var row = Row(slot);
        features.CopyTo(row);
        logits.CopyTo(row[featureWidth..]);
    }

    private Span<float> Row(int slot) => blocks[slot / BlockRows].AsSpan(slot % BlockRows * RowWidth, RowWidth);

    private void Unlink(int slot)
    {
        var (_, before, after) = entries[slot];
        if (before >= 0)
            entries[before] = entries[before] with { After = after };
        else
            first = after;
        if (after >= 0)
            entries[after] = entries[after] with { Before = before };
        else
            last = before;
    }

    private void LinkFirst(int slot)
    {
        entries[slot] = entries[slot] with { Before = -1, After = first };
        if (first >= 0)
            entries[first] = entries[first] with { Before = slot };
        else
            last = slot;
        first = slot;
    }

    /// <param name="Key">Of the text.</param>
    /// <param name="Before">The slot of the text that was met next after this one; -1 for none.</param>
    /// <param name="After">The slot of the text that was met last before this one; -1 for none.</param>
    private readonly record struct Entry(UInt128 Key, int Before, int After);
}
