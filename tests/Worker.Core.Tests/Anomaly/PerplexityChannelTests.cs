using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Anomaly;

public class PerplexityChannelTests
{
    /// <summary>Of the texts 1 2 3 and 1 2 2: single tokens after the first 2×3, 3×1; pairs 12×2, 23, 22.</summary>
    private static readonly PerplexityChannel Channel = new(
        new TokenPairCounts([2, 3], [3, 1], [1, 2, 2], [2, 2, 3], [2, 1, 1]));

    [Fact]
    public void Probabilities_are_those_of_Witten_and_Bell()
    {
        // Unseen share: 2 kinds of 4 + 2, over ids 0 to 3. p(2) = 3/6 + 1/12, p(3) = 1/6 + 1/12.
        var (two, three, unseen) = (3 / 6.0 + 1 / 12.0, 1 / 6.0 + 1 / 12.0, 1 / 12.0);
        Assert.Equal(-Math.Log((2 + two) / 3), Score(1, 2), 1e-5);
        Assert.Equal(-Math.Log((1 + 2 * three) / 4), Score(2, 3), 1e-5);
        Assert.Equal(-Math.Log(2 * unseen / 4), Score(2, 77), 1e-5);
        Assert.Equal(-Math.Log(three), Score(77, 3), 1e-5);
        Assert.Equal((-Math.Log((2 + two) / 3) - Math.Log((1 + 2 * three) / 4)) / 2, Score(1, 2, 3), 1e-5);
        Assert.Equal(0, Score(1));
        Assert.Equal(0, Score());
    }

    [Fact]
    public void A_file_keeps_it()
    {
        var reference = new AnomalyReference
        {
            Encoder = "e",
            Channels = [new ScaledChannel(Channel, EmpiricalTail.Of([0.1f, 0.2f, 0.3f, 0.4f]))],
            Scores = new ConformalScores([0.1f, 0.2f]),
            Texts = 2,
            Classes = 1,
        };
        var back = AnomalyFormat.Parse(AnomalyFormat.Serialize(reference));
        var channel = Assert.IsType<PerplexityChannel>(back.Channels[0].Channel);
        Assert.Equal(Score(1, 2, 3), Score(channel, 1, 2, 3));
        Assert.Empty(back.Features);
    }

    [Fact]
    public void Counts_that_do_not_belong_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PerplexityChannel(new TokenPairCounts([], [], [], [], [])));
        Assert.Throws<ArgumentException>(() => new PerplexityChannel(new TokenPairCounts([1], [1], [1], [2, 3], [1])));
    }

    private static float Score(params int[] tokens) => Score(Channel, tokens);

    private static float Score(PerplexityChannel channel, params int[] tokens)
    {
        using var window = new TokenWindow(1);
        tokens.CopyTo(window.Room(tokens.Length));
        window.Add(tokens.Length);
        var values = new float[1];
        channel.Score(
            new AnomalyTexts(1, new FeatureLayout(["mean"], 1, 1), new float[1], 0, Array.Empty<float>(),
            window), values, new ParallelOptions());
        return values[0];
    }
}
