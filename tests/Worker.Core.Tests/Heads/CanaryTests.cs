using System.Text;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Tests.Decisions;

namespace Worker.Core.Tests.Heads;

public class CanaryTests
{
    private static readonly HeadSet InUse = Stage.Set(Head("angry", 2), Head("refund", 2), Head("spam", 2));

    [Fact]
    public void Canaries_are_the_last_columns_and_each_share_has_its_heads()
    {
        var set = InUse.WithChallengers([Head("angry", 3, weight: 4)], [])
            .WithCanaries([Canary("spam", 0.1, weight: 7), Canary("angry", 0.5, weight: 5)], []);
        Assert.Equal([1, 1, 1, 4, 5, 7], set.Matrix.Weights);
        Assert.Equal([(0, 0.5), (2, 0.1)], set.Canaries.Select(canary => (canary.Label, canary.Share)));
        Assert.Equal(["222", "322", "323"], set.Variants.Select(Versions));
        Assert.All(set.Variants, variant => Assert.Same(set.Matrix, variant.Matrix));

        // Both below a tenth, one below a half, none above.
        Assert.Equal([2, 2, 1, 1, 0, 0], new[] { 0, 0.0999, 0.1, 0.4999, 0.5, 0.9999 }.Select(set.VariantAt));
        foreach (var (variant, logits) in new[] { (0, "1 2 3"), (1, "10 2 3"), (2, "10 2 30") })
        {
            float[] row = [1, 2, 3];
            set.Choose(variant, row, [10, 30]);
            Assert.Equal(logits, string.Join(' ', row));
        }
    }

    [Fact]
    public void A_head_of_its_version_ends_it_and_so_does_its_end()
    {
        var set = InUse.WithCanaries([Canary("spam", 0.1), Canary("new", 0.1)], []);
        // Nobody would decide the other messages of a label without a head.
        Assert.Equal("spam", Assert.Single(set.Canaries).Head.Label);
        Assert.Equal(2, set.Variants.Length);
        foreach (var ended in new[] { set.With([Head("spam", 3)]), set.WithCanaries([], ["spam"]) })
        {
            Assert.Empty(ended.Canaries);
            Assert.Same(ended, Assert.Single(ended.Variants));
            Assert.Equal(0, ended.VariantAt(0));
        }
        Assert.Throws<HeadRefusedException>(() =>
            InUse.WithCanaries([Canary("spam", 0.1) with { Encoder = "another" }], []));
    }

    [Fact]
    public void A_messages_place_is_that_of_its_key_or_of_its_text()
    {
        Assert.Equal(CanaryPlace.Of("anna"u8.ToArray(), "a"u8), CanaryPlace.Of("anna"u8.ToArray(), "b"u8));
        Assert.Equal(CanaryPlace.Of(null, "hello"u8), CanaryPlace.Of([], "hello"u8));
        Assert.NotEqual(CanaryPlace.Of(null, "hello"u8), CanaryPlace.Of(null, "hallo"u8));
        // It must not change between versions of the worker: workers of both run side by side.
        Assert.Equal(0.451828181507929, CanaryPlace.Of("anna"u8.ToArray(), []), 12);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void A_share_of_keys_is_a_share_of_messages(double share)
    {
        const int Keys = 20_000;
        var below = Enumerable.Range(0, Keys).Count(i =>
            CanaryPlace.Of(Encoding.UTF8.GetBytes($"customer-{i}"), []) < share);
        // Five standard deviations of a binomial.
        Assert.InRange(below - Keys * share, -5 * Math.Sqrt(Keys * share), 5 * Math.Sqrt(Keys * share));
    }

    private static string Versions(HeadSet set) => string.Concat(set.Heads.Select(head => head.Version));

    private static Head Canary(string label, double share, float weight = 1) =>
        Head(label, 3, weight) with { CanaryShare = share };

    private static Head Head(string label, int version, float weight = 1) =>
        Stage.Head(label, Thresholds.Half) with { Version = version, Weights = [weight] };
}
