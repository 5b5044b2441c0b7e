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
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(64, 1)]
    [InlineData(64, 2)]
    [InlineData(64, 9)]
    [InlineData(100_000, 1)]
    public void Outputs_stand_in_the_windows_order_whatever_the_budget_and_the_lanes(int budget, int lanes)
    {
        using var window = Window(40);
        var features = new float[window.Count * 2];
        var logits = new float[window.Count * 2];
        var encoder = new WindowEncoder(new SumEncoder { Lanes = lanes }, budget);
        Assert.Empty(encoder.Run(window, TwoHeads, features, logits));
        for (var text = 0; text < window.Count; text++)
        {
            var ids = window[text].ToArray();
            Assert.Equal(ids.Sum(), features[2 * text]);
            Assert.Equal(ids.Length, features[2 * text + 1]);
            Assert.Equal(ids.Length == 0 ? 0 : ids.Sum(), logits[2 * text]);
            Assert.Equal(ids.Length == 0 ? 0 : ids.Length + 100, logits[2 * text + 1]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Poison_texts_are_found_and_all_others_are_scored(int lanes)
    {
        using var window = Window(40);
        var poison = new HashSet<int> { window[3][0], window[17][0], window[39][0] };
        var logits = new float[window.Count * 2];
        var failed = new WindowEncoder(new SumEncoder { Poison = poison, Lanes = lanes }, 512)
            .Run(window, TwoHeads, default, logits);
        Assert.Equal([3, 17, 39], failed.Select(f => f.Text).Order());
        for (var text = 0; text < window.Count; text++)
            if (!failed.Any(f => f.Text == text))
                Assert.Equal(window[text].ToArray().Sum(), logits[2 * text]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_broken_device_is_no_poison(int lanes)
    {
        using var window = Window(40);
        var encoder = new WindowEncoder(new SumEncoder { Broken = true, Lanes = lanes }, 16);
        var error = Assert.Throws<InvalidOperationException>(
            () => encoder.Run(window, TwoHeads, default, new float[80]));
        Assert.Equal("cannot", error.Message);
    }

    [Fact]
    public void As_many_micro_batches_run_at_a_time_as_there_are_lanes()
    {
        using var window = Window(40);
        using var meeting = new Barrier(2);
        var device = new SumEncoder { Lanes = 2, Meeting = meeting };
        Assert.Empty(new WindowEncoder(device, 16).Run(window, TwoHeads, default, new float[80]));
        Assert.Equal(2, device.Most);
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
        private readonly Lock gate = new();
        private int inside;

        public HashSet<int> Poison { get; init; } = [];

        public bool Broken { get; init; }

        public string Hash => "e";

        public FeatureLayout Features { get; } = new(["mean"], 2);

        public int MaxTokens => 512;

        public Chunking? Chunking => null;

        public int MicroBatchTokens => 512;

        public int Lanes { get; init; } = 1;

        /// <summary>Where the first callers wait for each other; null for nowhere.</summary>
        public Barrier? Meeting { get; set; }

        /// <summary>The most callers at a time.</summary>
        public int Most { get; private set; }

        public string Description => "sum";

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            lock (gate)
                Most = Math.Max(Most, ++inside);
            try
            {
                if (Meeting is { } meeting && meeting.SignalAndWait(TimeSpan.FromSeconds(30)))
                    Meeting = null;
                Sum(batch, heads, features, logits);
            }
            finally
            {
                lock (gate)
                    inside--;
            }
        }

        private void Sum(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
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
