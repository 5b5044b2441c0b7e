namespace Worker.Learning.Examples;

/// <summary>
/// Finds texts whose words and word pairs overlap: MinHash (Broder 1997) with banding proposes pairs, and each is
/// checked by its exact Jaccard similarity. The threshold is high: questions of one template, such as "what is my
/// balance" and "what is my limit" (.56), are different texts.
/// </summary>
internal static class NearCopies
{
    /// <summary>
    /// Texts with at least this similarity are near-copies: shared words and word pairs, divided by all that either
    /// has.
    /// </summary>
    public const double Similarity = 0.8;

    // Sixteen bands of five hashes propose a pair of similarity .8 with probability .998, one of .5 with .4, one of .3
    // with .04.
    private const int Bands = 16;
    private const int BandHashes = 5;

    /// <summary>
    /// A text is compared with at most this many earlier texts in a bucket, so the time stays linear.
    /// </summary>
    private const int Compared = 32;

    private static readonly ulong[] Multipliers =
        [.. Enumerable.Range(0, Bands * BandHashes).Select(i => TextWords.Mix((ulong)i) | 1)];
    private static readonly ulong[] Offsets =
        [.. Enumerable.Range(0, Bands * BandHashes).Select(i => TextWords.Mix((ulong)i + 1_000))];

    /// <summary>Joins near-copies.</summary>
    /// <param name="texts">The texts to compare, rising.</param>
    /// <param name="words">Of all texts.</param>
    public static void Join(IReadOnlyList<int> texts, TextWords[] words, DisjointSets joined)
    {
        var keys = new ulong[Bands][];
        for (var band = 0; band < Bands; band++)
            keys[band] = new ulong[texts.Count];
        Parallel.For(0, texts.Count, i => Sign(words[texts[i]].Features, keys, i));
        for (var band = 0; band < Bands; band++)
        {
            var bucket = Enumerable.Range(0, texts.Count).ToArray();
            Array.Sort(keys[band], bucket);
            for (int start = 0, end; start < bucket.Length; start = end)
            {
                for (end = start + 1; end < bucket.Length && keys[band][end] == keys[band][start]; end++)
                {
                }
                Array.Sort(bucket, start, end - start);
                Compare(bucket.AsSpan(start, end - start), texts, words, joined);
            }
        }
    }

    private static void Compare(ReadOnlySpan<int> bucket, IReadOnlyList<int> texts, TextWords[] words,
        DisjointSets joined)
    {
        for (var i = 1; i < bucket.Length; i++)
            for (var j = i - 1; j >= Math.Max(0, i - Compared); j--)
            {
                var (one, other) = (texts[bucket[i]], texts[bucket[j]]);
                if (joined.Root(one) != joined.Root(other) && AreSimilar(words[one].Features, words[other].Features))
                    joined.Join(one, other);
            }
    }

    /// <summary>Whether the sets' Jaccard similarity reaches the threshold; both rising.</summary>
    internal static bool AreSimilar(ReadOnlySpan<uint> one, ReadOnlySpan<uint> other)
    {
        // If the sizes of the sets differ too much, no overlap is enough.
        if (Math.Min(one.Length, other.Length) < Similarity * Math.Max(one.Length, other.Length) || one.IsEmpty)
            return false;
        var (shared, i, j) = (0, 0, 0);
        while (i < one.Length && j < other.Length)
        {
            shared += one[i] == other[j] ? 1 : 0;
            var (a, b) = (one[i], other[j]);
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return shared >= Similarity * (one.Length + other.Length - shared);
    }

    private static void Sign(uint[] features, ulong[][] keys, int text)
    {
        Span<uint> smallest = stackalloc uint[Bands * BandHashes];
        smallest.Fill(uint.MaxValue);
        foreach (var feature in features)
            for (var hash = 0; hash < smallest.Length; hash++)
                smallest[hash] = Math.Min(smallest[hash],
                    (uint)(unchecked(Multipliers[hash] * feature + Offsets[hash]) >> 32));
        for (var band = 0; band < Bands; band++)
        {
            // Texts without words are near-copies of nothing.
            var key = features.Length == 0 ? TextWords.Mix((ulong)text) : 0;
            foreach (var hash in smallest[(band * BandHashes)..((band + 1) * BandHashes)])
                key = TextWords.Mix(key ^ hash);
            keys[band][text] = key;
        }
    }
}
