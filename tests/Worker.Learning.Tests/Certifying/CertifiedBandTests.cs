using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Certifying;

namespace Worker.Learning.Tests.Certifying;

public class CertifiedBandTests
{
    private static readonly DateTimeOffset Today = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Streams whose true error is known: scores s uniform in [0, 1], yes with probability s^shape. Above a bound h the
    /// share of wrong yes is 1 − (1 − h^(shape+1)) / ((shape+1)(1 − h)), below a bound l that of wrong no is
    /// l^shape / (shape+1).
    /// </summary>
    [Theory]
    [InlineData(1.0, 0.10, 400)]
    [InlineData(1.0, 0.10, 2000)]
    [InlineData(2.0, 0.10, 1000)]
    [InlineData(0.5, 0.15, 1000)]
    public void A_certified_side_breaks_its_promise_in_at_most_delta_of_draws(double shape, double error, int rows)
    {
        const double delta = 0.1;
        const int draws = 2000;
        var random = new Random(11);
        var (wrongYes, wrongNo, automatic) = (0, 0, 0.0);
        for (var draw = 0; draw < draws; draw++)
        {
            var (p, y) = Draw(random, shape, rows);
            var (band, certificate) = CertifiedBand.Learn(p, y, 0.5, error, delta, Today);
            wrongYes += certificate.Yes is not null && FalseYes(band.High, shape) > error ? 1 : 0;
            wrongNo += certificate.No is not null && FalseNo(band.Low, shape) > error ? 1 : 0;
            automatic += (certificate.Yes?.Share ?? 0) + (certificate.No?.Share ?? 0);
        }
        // Three standard deviations of the count, were every draw at delta exactly.
        var most = (int)(draws * delta + 3 * Math.Sqrt(draws * delta * (1 - delta)));
        Assert.True(wrongYes <= most, $"false yes above target in {wrongYes} of {draws}");
        Assert.True(wrongNo <= most, $"false no above target in {wrongNo} of {draws}");
        Assert.True(automatic / draws > 0.1, $"nothing is decided automatically: {automatic / draws:F3}");
    }

    [Fact]
    public void A_threshold_that_only_plugs_the_error_seen_in_breaks_it_far_more_often()
    {
        var random = new Random(11);
        var wrong = 0;
        for (var draw = 0; draw < 500; draw++)
        {
            var (p, y) = Draw(random, 1, 1000);
            var lowest = Enumerable.Range(50, 50).Select(i => i / 100.0).Order().First(h => ErrorSeen(p, y, h) <= 0.1);
            wrong += FalseYes(lowest, 1) > 0.1 ? 1 : 0;
        }
        Assert.True(wrong > 150, $"only {wrong} of 500");
    }

    [Fact]
    public void Both_sides_name_their_evidence_which_the_rows_bear_out()
    {
        var cases = from seed in Gen.Choose(0, 100_000) from rows in Gen.Choose(0, 800) from ties in Gen.Choose(1, 200) select (seed, rows, ties);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var (p, y) = Draw(random, 1, c.rows);
            p = Array.ConvertAll(p, x => Math.Floor(x * c.ties) / c.ties);
            var (band, certificate) = CertifiedBand.Learn(p, y, 0.5, 0.2, 0.1, Today);
            Assert.True(0 <= band.Low && band.Low <= 0.5 && band.High >= 0.5 && band.High <= 1);
            if (certificate.Yes is { } yes)
                Assert.Equal((c.rows, p.Count(x => x >= band.High), p.Where((x, i) => x >= band.High && !y[i]).Count()), (yes.Sample, yes.Decided, yes.Errors));
            else
                Assert.Equal(1, band.High);
            if (certificate.No is { } no)
                Assert.Equal((c.rows, p.Count(x => x <= band.Low), p.Where((x, i) => x <= band.Low && y[i]).Count()), (no.Sample, no.Decided, no.Errors));
            else
                Assert.Equal(0, band.Low);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Fewer_rows_than_even_no_error_would_need_certify_nothing()
    {
        var (band, certificate) = CertifiedBand.Learn(Repeat(0.9, 58), Repeat(true, 58), 0.5, 0.05, 0.05, Today);
        Assert.Null(certificate.Yes);
        Assert.Equal(1, band.High);
        (band, certificate) = CertifiedBand.Learn(Repeat(0.9, 59), Repeat(true, 59), 0.5, 0.05, 0.05, Today, TimeSpan.FromDays(30));
        Assert.Equal(new CertifiedSide(59, 59, 0), certificate.Yes);
        Assert.Equal((0.9, Today, Today.AddDays(30)), (band.High, certificate.Date, certificate.Expires));
        Assert.Null(certificate.No);
    }

    [Fact]
    public void The_sequence_ends_at_the_first_candidate_that_fails()
    {
        // 100 right, 100 wrong, then any number right: what comes after the wrong ones cannot be reached any more.
        double[] losses = [.. Repeat(0.0, 100), .. Repeat(1.0, 100), .. Repeat(0.0, 100_000)];
        Assert.Equal(100, LearnThenTest.Certify(losses, [100, 200, losses.Length], 0.05, 0.05));
        Assert.Equal(losses.Length, LearnThenTest.Certify(losses, [100, losses.Length], 0.05, 0.05));
        Assert.Equal(0, LearnThenTest.Certify(losses, [200, losses.Length], 0.05, 0.05));
    }

    [Fact]
    public void A_rare_label_starts_at_the_fewest_rows_that_can_be_evidence() =>
        Assert.Equal(59, LearnThenTest.Sizes(side: 100, all: 10_000, 0.05, 0.05).First());

    private static (double[] P, bool[] Y) Draw(Random random, double shape, int rows)
    {
        var p = Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray();
        return (p, Array.ConvertAll(p, s => random.NextDouble() < Math.Pow(s, shape)));
    }

    private static double FalseYes(double high, double shape) => 1 - (1 - Math.Pow(high, shape + 1)) / ((shape + 1) * (1 - high));

    private static double FalseNo(double low, double shape) => Math.Pow(low, shape) / (shape + 1);

    private static double ErrorSeen(double[] p, bool[] y, double high)
    {
        var decided = p.Count(x => x >= high);
        return decided == 0 ? 0 : (double)p.Where((x, i) => x >= high && !y[i]).Count() / decided;
    }

    private static T[] Repeat<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];
}
