using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Core.Tests.Decisions;

public class ReviewSelectorTests
{
    private static readonly HeadSet TwoHeads = HeadSet.Empty("e", new FeatureLayout(["mean"], 1)).With(
    [
        new Head { Label = "a", Version = 1, Encoder = "e", Feature = "mean", Weights = [1], Bias = 0 },
        new Head { Label = "b", Version = 1, Encoder = "e", Feature = "mean", Weights = [1], Bias = 0, Thresholds = new(0.2, 0.2, 0.2) },
    ]);

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void The_asked_share_of_a_stream_goes_to_review_also_after_the_stream_changes(double share)
    {
        var random = new Random(7);
        var selector = new ReviewSelector(new ReviewOptions { Share = share });
        bool Pick(double certainty) => selector.Select(TwoHeads, [(float)(random.NextDouble() * certainty / 2), 0f]) is not null;
        foreach (var certainty in new[] { 1.0, 0.5, 0.1, 0.9 })
        {
            // The selector follows a change within its window of 2,000 messages; after that the share must hold.
            for (var i = 0; i < 2_000; i++)
                Pick(certainty);
            var selected = 0;
            for (var i = 0; i < 18_000; i++)
                if (Pick(certainty))
                    selected++;
            Assert.InRange(selected / 18_000.0, share * 0.8, share * 1.2);
        }
    }

    [Fact]
    public void The_least_certain_label_is_the_reason_measured_from_its_own_threshold()
    {
        var reason = new ReviewSelector(new ReviewOptions { Share = 1 }).Select(TwoHeads, [0.3f, 0.21f]);
        Assert.Equal("b", reason?.Label);
        Assert.InRange(reason!.Value.Uncertainty, 0.98, 0.99);
    }

    [Fact]
    public void A_share_of_nought_selects_nothing_and_of_one_everything()
    {
        Assert.Null(new ReviewSelector(new ReviewOptions { Share = 0 }).Select(TwoHeads, [0.5f, 0.2f]));
        Assert.NotNull(new ReviewSelector(new ReviewOptions { Share = 1 }).Select(TwoHeads, [0f, 0f]));
    }

    [Theory]
    [InlineData(0.1, 0.3, Decision.No)]
    [InlineData(0.2, 0.3, Decision.No)]
    [InlineData(0.21, 0.3, Decision.Review)]
    [InlineData(0.8, 0.3, Decision.Yes)]
    public void Decisions_follow_the_band(double p, double decide, Decision expected) =>
        Assert.Equal(expected, new Thresholds(0.2, decide, 0.8).Decide(p));

    [Fact]
    public void Without_a_band_every_probability_is_yes_or_no() =>
        Assert.Equal([Decision.No, Decision.Yes, Decision.Yes], new[] { 0.49, 0.5, 1.0 }.Select(p => Thresholds.Half.Decide(p)));
}
