using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class WindowEncoderTests
{
    private static readonly HeadMatrix TwoHeads = new(new FeatureLayout(["mean"], 2),
        [
        new Head { Label = "a", Version = 1, Encoder = "e", Feature = "mean", Weights = [1, 0], Bias = 0 },
        new Head { Label = "b", Version = 1, Encoder = "e", Feature = "mean", Weights = [0, 1], Bias = 100 },
    ]);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Outputs_stand_in_the_windows_order_whatever_the_budget(int budget)
    {
        using var window = Window(40);
        var features = new float[window.Count * 2];
        var logits = new float[window.Count * 2];
        Assert.Empty(new WindowEncoder(new SumEncoder(), budget).Run(window, TwoHeads, features, logits));
        for (var text = 0; text < window.Count; text++)
        {
            var ids = window[text].ToArray();
            Assert.Equal(ids.Sum(), features[2 * text]);
            Assert.Equal(ids.Length, features[2 * text + 1]);
            Assert.Equal(ids.Length == 0 ? 0 : ids.Sum(), logits[2 * text]);
            Assert.Equal(ids.Length == 0 ? 0 : ids.Length + 100, logits[2 * text + 1]);
        }
    }

    [Fact]
    public void Poison_texts_are_found_and_all_others_are_scored()
    {
        using var window = Window(40);
        var poison = new HashSet<int> { window[3][0], window[17][0], window[39][0] };
        var logits = new float[window.Count * 2];
        var failed = new WindowEncoder(new SumEncoder { Poison = poison }, 512).Run(window, TwoHeads, [], logits);
        Assert.Equal([3, 17, 39], failed.Select(f => f.Text).Order());
        for (var text = 0; text < window.Count; text++)
            if (!failed.Any(f => f.Text == text))
                Assert.Equal(window[text].ToArray().Sum(), logits[2 * text]);
    }

    [Fact]
    public void A_broken_device_is_no_poison()
    {
        using var window = Window(5);
        var encoder = new WindowEncoder(new SumEncoder { Broken = true }, 512);
        Assert.Throws<InvalidOperationException>(() => encoder.Run(window, TwoHeads, [], new float[10]));
    }

    private static TokenWindow Window(int texts)
    {
        var random = new Random(3);
        var window = new TokenWindow(texts);
        for (var text = 0; text < texts; text++)
        {
            var length = text % 11 == 5 ? 0 : random.Next(1, 30);
            foreach (ref var id in window.Room(length))
                id = random.Next(1, 1_000_000);
            window.Add(length);
        }
        return window;
    }

    /// <summary>Features: sum of ids, number of ids.</summary>
    private sealed class SumEncoder : IEncoder
    {
        public HashSet<int> Poison { get; init; } = [];

        public bool Broken { get; init; }

        public string Hash => "e";

        public FeatureLayout Features { get; } = new(["mean"], 2);

        public int MaxTokens => 512;

        public Chunking? Chunking => null;

        public int MicroBatchTokens => 512;

        public string Description => "sum";

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            var at = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                var ids = batch.Ids.Slice(at, batch.Lengths[i]);
                at += ids.Length;
                var sum = 0;
                foreach (var id in ids)
                    sum += Broken || Poison.Contains(id) ? throw new InvalidOperationException("cannot") : id;
                ReadOnlySpan<float> row = [sum, ids.Length];
                if (!features.IsEmpty)
                    row.CopyTo(features[(2 * i)..]);
                for (var label = 0; label < (logits.IsEmpty ? 0 : heads.Labels); label++)
                    logits[i * heads.Labels + label] = heads.Bias[label] + row[0] * heads.Weights[label] + row[1]
                        * heads.Weights[heads.Labels + label];
            }
            Assert.Equal(batch.Ids.Length, at);
        }

        public void Dispose()
        {
        }
    }
}
