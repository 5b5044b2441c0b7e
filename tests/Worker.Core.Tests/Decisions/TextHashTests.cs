using System.Numerics;
using Worker.Core.Decisions;

namespace Worker.Core.Tests.Decisions;

public class TextHashTests
{
    [Fact]
    public void Near_duplicates_are_near_and_unrelated_texts_are_not()
    {
        var random = new Random(1);
        var (changed, unrelated) = (0.0, 0.0);
        for (var i = 0; i < 500; i++)
        {
            var text = Text(random, 40);
            var edited = (int[])text.Clone();
            edited[20] = random.Next(1000, 30_000);
            changed += BitOperations.PopCount(TextHash.Of(text) ^ TextHash.Of(edited)) / 500.0;
            unrelated += BitOperations.PopCount(TextHash.Of(text) ^ TextHash.Of(Text(random, 40))) / 500.0;
        }
        Assert.InRange(changed, 1, 9);
        Assert.InRange(unrelated, 30, 34);
    }

    [Fact]
    public void The_same_tokens_in_another_order_are_another_text()
    {
        Assert.NotEqual(TextHash.Of([101, 7, 8, 9, 102]), TextHash.Of([101, 9, 8, 7, 102]));
    }

    [Fact]
    public void Bits_are_the_majority_of_the_hashes_of_tokens_and_pairs()
    {
        int[] inner = [5, 17, 5, 900];
        var hashes = new List<ulong>();
        var previous = 0ul;
        foreach (var token in inner)
        {
            var one = TextHash.Mixed((ulong)token + 1);
            hashes.AddRange([one, TextHash.Mixed(previous * 31 + one)]);
            previous = one;
        }
        var expected = 0ul;
        for (var bit = 0; bit < 64; bit++)
            if (hashes.Count(h => (h >> bit & 1) == 1) > inner.Length)
                expected |= 1ul << bit;
        Assert.Equal(expected, TextHash.Of([101, .. inner, 102]));
    }

    private static int[] Text(Random random, int tokens) =>
        [101, .. Enumerable.Range(0, tokens).Select(_ => random.Next(1000, 30_000)), 102];
}
