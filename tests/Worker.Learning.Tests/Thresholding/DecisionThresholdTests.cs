using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Tests.Thresholding;

public class DecisionThresholdTests
{
    /// <summary>Probabilities of few distinct values, so that ties are common, with answers.</summary>
    private static readonly Gen<(double P, bool Y)[]> Rows =
        (from p in Gen.Choose(0, 20)
         from y in ArbMap.Default.GeneratorFor<bool>()
         select (p / 20.0, y)).NonEmptyListOf()
            .Select(rows => rows.ToArray());

    [Fact]
    public void No_threshold_has_a_higher_F1_than_the_best() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var (p, y) = (rows.Select(r => r.P).ToArray(), rows.Select(r => r.Y).ToArray());
        var best = DecisionThreshold.Best(p, y, counts => counts.F1);
        Assert.InRange(best, 0, 1);
        var f1 = ThresholdCounts.At(p, y, best).F1;
        for (var threshold = 0.0; threshold <= 1.05; threshold += 0.025)
            Assert.True(ThresholdCounts.At(p, y, threshold).F1 <= f1 + 1e-12);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_threshold_lies_between_what_is_yes_and_what_is_no() =>
        Assert.Equal(0.25,
            DecisionThreshold.Best([0.1, 0.2, 0.3, 0.4], [false, false, true, true], counts => counts.F1), 1e-12);

    [Fact]
    public void A_half_stays_with_few_positives_or_a_high_F1()
    {
        // A rare label whose positives sit near 0.3: the best threshold is there.
        var (p, y) = Around(positives: 20, 0.3, negatives: 200, 0.1);
        Assert.Equal(0.2, DecisionThreshold.Choose(p, y), 1e-9);

        (p, y) = Around(positives: 19, 0.3, negatives: 200, 0.1);
        Assert.Equal(0.5, DecisionThreshold.Choose(p, y));

        (p, y) = Around(positives: 50, 0.9, negatives: 200, 0.1);
        Assert.Equal(0.5, DecisionThreshold.Choose(p, y));
    }

    [Fact]
    public void The_band_holds_the_share_asked_for_and_the_threshold()
    {
        var cases =
            from seed in Gen.Choose(0, 10_000)
            from count in Gen.Choose(1, 500)
            from decide in Gen.Choose(1, 99)
            from share in Gen.Choose(0, 99)
            select (seed, count, decide: decide / 100.0, share: share / 100.0);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var p = Enumerable.Range(0, c.count).Select(_ => random.NextDouble()).ToArray();
            var band = ReviewBand.Around(p, c.decide, c.share);
            Assert.True(0 <= band.Low && band.Low <= band.Decide && band.Decide <= band.High && band.High <= 1);
            Assert.Equal(c.decide, band.Decide);
            Assert.Equal((int)Math.Round(c.share * c.count), p.Count(x => x > band.Low && x < band.High));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_band_around_certain_rows_is_still_a_band()
    {
        var band = ReviewBand.Around([0, 0, 0, 1], 0.5, 0.5);
        Assert.True(0 <= band.Low && band.Low < 0.5 && band.High > 0.5 && band.High <= 1);
    }

    private static (double[] P, bool[] Y) Around(int positives, double high, int negatives, double low) => (
        [.. Enumerable.Repeat(high, positives), .. Enumerable.Repeat(low, negatives)],
        [.. Enumerable.Repeat(true, positives), .. Enumerable.Repeat(false, negatives)]);
}
