using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

/// <summary>Texts whose tokens came before get the scores that they would get again, and are not encoded.</summary>
public class RepeatedTextsTests
{
    private const long Plenty = 1 << 20;

    [Theory]
    [InlineData(Plenty)]
    [InlineData(2_000)]
    [InlineData(1)]
    public void Scores_are_those_of_an_encoder_that_takes_every_text(long bytes)
    {
        var device = new CountingEncoder();
        var encoder = new WindowEncoder(device, 64, new RecentScores(bytes));
        var heads = Heads(1);
        var random = new Random(5);
        var texts = 0;
        for (var round = 0; round < 30; round++)
        {
            using var window = Window(random, 40, kinds: 60);
            var (features, logits) = Run(encoder, window, heads);
            var (expectedFeatures, expectedLogits) = Run(new WindowEncoder(new CountingEncoder(), 64), window, heads);
            Assert.Equal(expectedFeatures, features);
            Assert.Equal(expectedLogits, logits);
            texts += Enumerable.Range(0, window.Count).Count(text => window.Length(text) > 0);
        }
        // 60 different texts at most; and within a window a repeat never counts.
        Assert.InRange(device.Encoded, 1, bytes == Plenty ? 60 : texts - 1);
    }

    [Fact]
    public void The_share_of_texts_that_were_not_encoded_is_counted()
    {
        var encoder = new WindowEncoder(new CountingEncoder(), 64, new RecentScores(Plenty));
        using var window = Of([1, 2], [3], [1, 2], [], [3], [3]);
        Run(encoder, window, Heads(1));
        Assert.Equal(3, encoder.Repeats);
        var same = Heads(2);
        Run(encoder, window, same);
        Assert.Equal(3, encoder.Repeats);
        Run(encoder, window, same);
        Assert.Equal(5, encoder.Repeats);
    }

    [Fact]
    public void Other_heads_forget_everything_even_with_the_same_weights()
    {
        var device = new CountingEncoder();
        var encoder = new WindowEncoder(device, 64, new RecentScores(Plenty));
        using var window = Of([7, 7], [8]);
        Run(encoder, window, Heads(1));
        var (_, logits) = Run(encoder, window, Heads(3));
        Assert.Equal(4, device.Encoded);
        Assert.Equal([3 * 14f, 3 * 8f], logits);
    }

    [Fact]
    public void The_text_that_was_not_met_for_longest_makes_room()
    {
        // Room for two rows of two features and one logit.
        var recent = new RecentScores(2 * (3 * sizeof(float) + 72));
        var device = new CountingEncoder();
        var encoder = new WindowEncoder(device, 64, recent);
        var heads = Heads(1);
        foreach (var text in (int[])[1, 2, 1, 3])
            One(text);
        Assert.Equal((3, 2), (device.Encoded, recent.Count));
        One(1);
        Assert.Equal(3, device.Encoded);
        One(2);
        Assert.Equal(4, device.Encoded);

        void One(int text)
        {
            using var window = Of([text]);
            Assert.Equal([text], Run(encoder, window, heads).Logits);
        }
    }

    [Fact]
    public void A_poison_text_fails_each_time_it_comes()
    {
        var encoder = new WindowEncoder(new CountingEncoder { Poison = 666 }, 64, new RecentScores(Plenty));
        using var window = Of([1], [666], [2], [666]);
        for (var round = 0; round < 2; round++)
            Assert.Equal(
                [1, 3], encoder.Run(window, Heads(1), new float[8], new float[4]).Select(one => one.Text).Order());
    }

    private static (float[] Features, float[] Logits) Run(WindowEncoder encoder, TokenWindow window, HeadMatrix heads)
    {
        var (features, logits) = (new float[window.Count * 2], new float[window.Count]);
        Assert.Empty(encoder.Run(window, heads, features, logits));
        return (features, logits);
    }

    private static HeadMatrix Heads(float weight) => new(new FeatureLayout(["mean"], 2),
        [new Head { Label = "a", Version = 1, Encoder = "e", Feature = "mean", Weights = [weight, 0], Bias = 0 }]);

    private static TokenWindow Window(Random random, int texts, int kinds) =>
        Of([.. Enumerable.Range(0, texts).Select(_ =>
        {
            var kind = random.Next(kinds);
            return Enumerable.Range(kind * 100, kind % 9).ToArray();
        })]);

    private static TokenWindow Of(params int[][] texts)
    {
        var window = new TokenWindow(texts.Length);
        foreach (var text in texts)
        {
            text.CopyTo(window.Room(text.Length));
            window.Add(text.Length);
        }
        return window;
    }

    /// <summary>Features: sum of ids, number of ids.</summary>
    private sealed class CountingEncoder : IEncoder
    {
        public int Encoded { get; private set; }

        public int Poison { get; init; } = -1;

        public string Hash => "e";

        public FeatureLayout Features { get; } = new(["mean"], 2);

        public int MaxTokens => 512;

        public Chunking? Chunking => null;

        public int MicroBatchTokens => 64;

        public int Lanes => 1;

        public string Description => "counting";

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            var at = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                var ids = batch.Ids.Slice(at, batch.Lengths[i]);
                at += ids.Length;
                var sum = 0;
                foreach (var id in ids)
                    sum += id == Poison ? throw new InvalidOperationException("cannot") : id;
                (features[2 * i], features[2 * i + 1]) = (sum, ids.Length);
                if (!logits.IsEmpty)
                    logits[i] = sum * heads.Weights[0];
            }
            Encoded += batch.Count;
        }

        public void Dispose()
        {
        }
    }
}
