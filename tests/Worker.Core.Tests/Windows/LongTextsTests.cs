using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

/// <summary>Texts longer than a row of the device get one row of features and one row of logits.</summary>
public class LongTextsTests
{
    private const int Row = 12;

    private static readonly HeadMatrix Heads = new(new FeatureLayout(["mean"], 2),
        [
            new Head { Label = "a", Version = 1, Encoder = "e", Feature = "mean", Weights = [1, 0], Bias = 0.5f },
            new Head { Label = "b", Version = 1, Encoder = "e", Feature = "mean", Weights = [-2, 3], Bias = 0 },
        ]);

    [Theory]
    [InlineData(ChunkPooling.Mean, 12)]
    [InlineData(ChunkPooling.Mean, 100)]
    [InlineData(ChunkPooling.Max, 12)]
    [InlineData(ChunkPooling.Max, 100)]
    public void Features_are_the_mean_of_the_chunks_and_logits_the_mean_or_the_largest(
        ChunkPooling pooling, int budget)
    {
        var device = new RowEncoder(pooling);
        using var window = Window(40);
        var (features, logits) = (new float[80], new float[80]);
        Assert.Empty(new WindowEncoder(device, budget).Run(window, Heads, features, logits));
        var alone = new float[80];
        Assert.Empty(new WindowEncoder(device, budget).Run(window, Heads, default, alone));
        Assert.Equal(logits, alone);
        for (var text = 0; text < 40; text++)
        {
            if (window.Length(text) == 0)
                continue;
            var expected = Expected(device.Chunking!, window[text]);
            Assert.Equal(expected[0], features[2 * text], 1e-3 * Math.Abs(expected[0]));
            Assert.Equal(expected[1], features[2 * text + 1], 1e-3);
            Assert.Equal(expected[2], logits[2 * text], 1e-3 * Math.Abs(expected[2]));
            Assert.Equal(expected[3], logits[2 * text + 1], 1e-3 * Math.Abs(expected[3]));
        }
        Assert.True(device.LargestBatch <= Math.Max(budget, Row), "chunks are rows of the micro-batches");
    }

    [Fact]
    public void A_text_of_which_one_chunk_fails_is_named_once_and_the_others_are_scored()
    {
        using var window = Window(40);
        int[] poison = [.. Enumerable.Range(0, 40).Where(text => window.Length(text) > 3 * Row).Take(2)];
        var device = new RowEncoder(ChunkPooling.Mean)
        {
            // Two chunks of the first text, one of the other.
            Poison = [window[poison[0]][1], window[poison[0]][^2], window[poison[1]][window.Length(poison[1]) / 2]],
        };
        var logits = new float[80];
        var failed = new WindowEncoder(device, 100).Run(window, Heads, default, logits);
        Assert.Equal(poison, failed.Select(one => one.Text).Order());
        for (var text = 0; text < 40; text++)
            if (window.Length(text) > 0 && !poison.Contains(text))
            {
                var expected = Expected(device.Chunking!, window[text])[2];
                Assert.Equal(expected, logits[2 * text], 1e-3 * expected);
            }
    }

    [Fact]
    public void A_long_text_that_comes_again_is_not_encoded_again()
    {
        var device = new RowEncoder(ChunkPooling.Max);
        var encoder = new WindowEncoder(device, 100, new RecentScores(1 << 20));
        using var window = Window(40);
        var (first, second) = (new float[80], new float[80]);
        encoder.Run(window, Heads, default, first);
        var rows = device.Rows;
        encoder.Run(window, Heads, default, second);
        Assert.Equal(first, second);
        Assert.Equal(rows, device.Rows);
        Assert.Equal(Enumerable.Range(0, 40).Count(text => window.Length(text) > 0), encoder.Repeats);
    }

    private static double[] Expected(Chunking chunking, ReadOnlySpan<int> text)
    {
        var ids = text.ToArray();
        var count = chunking.Count(ids.Length);
        var chunks = Enumerable.Range(0, count).Select(chunk =>
        {
            var room = new int[Row];
            return count == 1 ? ids : room[..chunking.Write(ids, count, chunk, room)];
        }).Select(chunk => (Sum: (double)chunk.Sum(), chunk.Length)).ToArray();
        var one = chunks.Select(chunk => chunk.Sum + 0.5);
        var other = chunks.Select(chunk => 3 * chunk.Length - 2 * chunk.Sum);
        return
        [
            chunks.Average(chunk => chunk.Sum), chunks.Average(chunk => chunk.Length),
            chunking.Pooling == ChunkPooling.Max ? one.Max() : one.Average(),
            chunking.Pooling == ChunkPooling.Max ? other.Max() : other.Average(),
        ];
    }

    private static TokenWindow Window(int texts)
    {
        var random = new Random(3);
        var window = new TokenWindow(texts);
        for (var text = 0; text < texts; text++)
        {
            var length = text % 11 == 5 ? 0 : random.Next(2, text % 3 == 0 ? 80 : Row + 1);
            foreach (ref var id in window.Room(length))
                id = random.Next(1, 1_000_000);
            window.Add(length);
        }
        return window;
    }

    /// <summary>Features: sum of ids, number of ids; rows have at most 12 tokens.</summary>
    private sealed class RowEncoder(ChunkPooling pooling) : IEncoder
    {
        public HashSet<int> Poison { get; init; } = [];

        public int Rows { get; private set; }

        public int LargestBatch { get; private set; }

        public string Hash => "e";

        public FeatureLayout Features { get; } = new(["mean"], 2);

        public int MaxTokens => Row;

        public Chunking? Chunking { get; } = new(Row, 1, 3, 20, pooling);

        public int MicroBatchTokens => 64;

        public int Lanes => 1;

        public string Description => "rows";

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            var at = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                var ids = batch.Ids.Slice(at, batch.Lengths[i]);
                Assert.InRange(ids.Length, 1, Row);
                at += ids.Length;
                var sum = 0;
                foreach (var id in ids)
                    sum += Poison.Contains(id) ? throw new InvalidOperationException("cannot") : id;
                float[] row = [sum, ids.Length];
                if (!features.IsEmpty)
                    row.CopyTo(features[(2 * i)..]);
                for (var label = 0; label < (logits.IsEmpty ? 0 : heads.Labels); label++)
                    logits[i * heads.Labels + label] = heads.Bias[label] + row[0] * heads.Weights[label] + row[1]
                        * heads.Weights[heads.Labels + label];
            }
            Rows += batch.Count;
            LargestBatch = Math.Max(LargestBatch, batch.Ids.Length);
        }

        public void Dispose()
        {
        }
    }
}
