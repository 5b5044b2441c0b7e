using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Core.Tests.Features;

public class FeatureLayoutTests
{
    private static readonly FeatureLayout Taps = new(FeatureNames.Expand([FeatureNames.Taps], 6), 2, 6);

    [Theory]
    [InlineData("taps", 6, "layer3+layer4+layer5+mean")]
    [InlineData("taps", 4, "layer1+layer2+layer3+mean")]
    [InlineData("taps", 2, "layer1+mean")]
    [InlineData("layer6", 6, "mean")]
    [InlineData("layer3+layer6", 6, "layer3+mean")]
    [InlineData("cls + layer2", 6, "cls+layer2")]
    [InlineData("all", 3, "mean+cls+layer1+layer2")]
    [InlineData("mean+taps", 6, "mean+layer3+layer4+layer5")]
    public void Names_that_stand_for_features_become_their_own_names(string name, int layers, string expected) =>
        Assert.Equal(expected, FeatureNames.Canonical(name, layers));

    [Theory]
    [InlineData("layer7")]
    [InlineData("layer0")]
    [InlineData("mean+")]
    [InlineData("max")]
    public void A_name_that_is_no_feature_is_refused_with_those_that_are(string name)
    {
        var error = Assert.Throws<UnknownFeatureException>(() => FeatureNames.Canonical(name, 6));
        Assert.Contains("mean, cls, layer1, layer2, layer3, layer4, layer5", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layer3+cls")]
    [InlineData("mean+layer6")]
    [InlineData("")]
    public void What_the_layout_has_not_or_has_named_twice_is_not_resolved(string name) =>
        Assert.Null(Taps.Resolve(name));

    [Fact]
    public void A_heads_logit_is_its_weights_times_its_features_wherever_they_lie()
    {
        string[] names = ["layer3", "layer4", "layer5", "mean", "mean+layer3", "layer5+layer3+mean+layer4",
            "layer6+layer4"];
        var cases =
            from name in Gen.Elements(names)
            from vector in Gen.Choose(-9, 9).ArrayOf(8)
            from weights in Gen.Choose(-9, 9).ArrayOf(8)
            select (name, vector: Array.ConvertAll(vector, v => (float)v), weights: Array.ConvertAll(
                weights, w => (float)w));
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            var slices = Taps.Resolve(drawn.name)!;
            var head = new Head
            {
                Label = "a",
                Version = 1,
                Encoder = "e",
                Feature = drawn.name,
                Weights = drawn.weights[..slices.Width],
                Bias = 1,
            };
            var other = new Head
            {
                Label = "b",
                Version = 1,
                Encoder = "e",
                Feature = "mean",
                Weights = [1, 1],
                Bias = 0,
            };
            var matrix = HeadSet.Empty("e", Taps).With([head, other]).Matrix;
            var gathered = new float[slices.Width];
            slices.Gather(drawn.vector, gathered);
            Assert.Equal(
                gathered.Zip(head.Weights, (x, w) => x * w).Sum(),
                Enumerable.Range(0, matrix.Rows).Sum(row => drawn.vector[row] * matrix.Weights[row * 2]));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_head_whose_feature_is_missing_or_of_another_width_is_refused()
    {
        var head = new Head
        {
            Label = "a",
            Version = 1,
            Encoder = "e",
            Feature = "layer3+mean",
            Weights = new float[4],
            Bias = 0,
        };
        var set = HeadSet.Empty("e", Taps);
        set.Check(head);
        Assert.Contains(
            "Encoder:Features", Assert.Throws<HeadRefusedException>(() =>
                set.Check(head with { Feature = "cls+mean" })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "4 weights", Assert.Throws<HeadRefusedException>(() =>
                set.Check(head with { Feature = "mean" })).Message, StringComparison.Ordinal);
    }
}
