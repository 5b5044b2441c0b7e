using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Core.Tests.Decisions;

namespace Worker.Core.Tests.Heads;

public class ChallengerTests
{
    private static readonly HeadSet Champions = Stage.Set(
        Head("angry", 2), Head("refund", 2), Head("spam", 2));

    [Theory]
    [InlineData("refund")]
    [InlineData("")]
    [InlineData("größe/anomaly")]
    public void A_key_names_its_label_and_is_no_labels_key_nor_a_references(string label)
    {
        foreach (var role in Enum.GetValues<HeadRole>())
        {
            var key = HeadKey.Of(label, role);
            Assert.Equal((label, role), HeadKey.Read(key));
            Assert.False(AnomalyRollout.Owns(key));
        }
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(label), HeadKey.Of(label, HeadRole.InUse));
        Assert.Equal(HeadRole.InUse, HeadKey.Read(AnomalyRollout.ManifestKey).Role);
    }

    [Fact]
    public void Challengers_are_columns_after_those_of_all_heads()
    {
        var set = Champions.WithChallengers([Newer("spam", weight: 7), Newer("angry", weight: 5)], []);
        Assert.Equal([(0, "angry"), (2, "spam")], set.Challengers.Select(one => (one.Label, one.Head.Label)));
        Assert.Equal(5, set.Matrix.Labels);
        Assert.Equal([1, 1, 1, 5, 7], set.Matrix.Weights);
        Assert.Equal(3, set.Heads.Length);
    }

    [Fact]
    public void One_without_an_older_head_in_use_waits_and_comes_back_with_it()
    {
        var set = Champions.WithChallengers([Newer("spam"), Newer("new")], []);
        Assert.Equal("spam", Assert.Single(set.Challengers).Head.Label);
        // Promoted: the challenger is the head in use now.
        set = set.With([Newer("spam")]);
        Assert.Empty(set.Challengers);
        Assert.Equal(3, set.Matrix.Labels);
        // Rolled back to a lower version, and the label 'new' gets a head.
        set = set.With([Stage.Head("spam", Thresholds.Half), Stage.Head("new", Thresholds.Half)]);
        Assert.Equal(["new", "spam"], set.Challengers.Select(one => one.Head.Label));
        Assert.Empty(set.WithChallengers([], ["new", "spam"]).Challengers);
    }

    [Fact]
    public void One_for_another_encoder_is_refused()
    {
        Assert.Throws<HeadRefusedException>(() =>
            Champions.WithChallengers([Newer("spam") with { Encoder = "another" }], []));
    }

    [Theory]
    [InlineData(0.7f, true, false)]
    [InlineData(0.7f, false, true)]
    [InlineData(0.59f, true, true)]
    [InlineData(0.6f, true, false)]
    public void It_decides_by_its_own_threshold(float p, bool passes, bool disagrees)
    {
        var challenger = new Challenger(0, Newer("spam") with { Thresholds = new Thresholds(0.4, 0.6, 0.9) });
        Assert.Equal(disagrees, challenger.Disagrees(p, passes));
    }

    private static Head Newer(string label, float weight = 1) => Head(label, 3) with { Weights = [weight] };

    private static Head Head(string label, int version) =>
        Stage.Head(label, Thresholds.Half) with { Version = version };
}
