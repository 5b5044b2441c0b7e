using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Certifying;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Tests.Thresholding;

public class CertifiedBandTests
{
    private static readonly DateTimeOffset Today = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly ThresholdOptions Wide = new() { Uncertain = 0.5, Clock = new Day() };

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
            var (band, certificate) = CertifiedBand.Learn(p, y, 0.5, Wide with { Error = error, Delta = delta },
                CertificateOrigin.Audit);
            wrongYes += certificate.Yes is not null && FalseYes(band.High, shape) > error ? 1 : 0;
            wrongNo += certificate.No is not null && FalseNo(band.Low, shape) > error ? 1 : 0;
            automatic += (certificate.Yes?.Share ?? 0) + (certificate.No?.Share ?? 0);
        }
        // Three standard deviations of the count, if every draw were at delta exactly.
        var maximum = (int)(draws * delta + 3 * Math.Sqrt(draws * delta * (1 - delta)));
        Assert.True(wrongYes <= maximum, $"false yes above target in {wrongYes} of {draws}");
        Assert.True(wrongNo <= maximum, $"false no above target in {wrongNo} of {draws}");
        Assert.True(automatic / draws > 0.05, $"nothing is decided automatically: {automatic / draws:F3}");
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
        var cases =
            from seed in Gen.Choose(0, 100_000)
            from rows in Gen.Choose(0, 800)
            from ties in Gen.Choose(1, 200)
            select (
                seed, rows, ties);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var (p, y) = Draw(random, 1, c.rows);
            p = Array.ConvertAll(p, x => Math.Floor(x * c.ties) / c.ties);
            var (band, certificate) = CertifiedBand.Learn(p, y, 0.5, Wide with { Error = 0.2, Delta = 0.1 },
                CertificateOrigin.Audit);
            Assert.True(0 <= band.Low && band.Low <= 0.5 && band.High >= 0.5 && band.High <= 1);
            if (certificate.Yes is { } yes)
                Assert.Equal((c.rows, p.Count(x => x >= band.High), p.Where((x, i) => x >= band.High && !y[i]).Count()),
                    (yes.Sample, yes.Decided, yes.Errors));
            else
                Assert.Equal(1, band.High);
            if (certificate.No is { } no)
                Assert.Equal((c.rows, p.Count(x => x <= band.Low), p.Where((x, i) => x <= band.Low && y[i]).Count()),
                    (no.Sample, no.Decided, no.Errors));
            else
                Assert.Equal(0, band.Low);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Fewer_rows_than_even_no_error_would_need_certify_nothing()
    {
        var (band, certificate) = CertifiedBand.Learn(Repeat(0.9, 58), Repeat(true, 58), 0.5, Wide,
            CertificateOrigin.Audit);
        Assert.Null(certificate.Yes);
        Assert.Equal(1, band.High);
        (band, certificate) = CertifiedBand.Learn(Repeat(0.9, 59), Repeat(true, 59), 0.5,
            Wide with { Validity = TimeSpan.FromDays(30) }, CertificateOrigin.Audit);
        Assert.Equal(new CertifiedSide(59, 59, 0), certificate.Yes);
        Assert.Equal((0.9, Today, Today.AddDays(30)), (band.High, certificate.Date, certificate.Expires));
        Assert.Null(certificate.No);
    }

    [Fact]
    public void The_sequence_ends_at_the_first_candidate_that_fails()
    {
        // 100 right, 100 wrong, then any number right: rows after the wrong ones can no longer be reached.
        double[] losses = [.. Repeat(0.0, 100), .. Repeat(1.0, 100), .. Repeat(0.0, 100_000)];
        Assert.Equal(100, LearnThenTest.Certify(losses, [new(100, 1), new(200, 0), new(losses.Length, 0)], 0.05, 0.05));
        Assert.Equal(losses.Length, LearnThenTest.Certify(losses, [new(100, 1), new(losses.Length, 0)], 0.05, 0.05));
        Assert.Equal(0, LearnThenTest.Certify(losses, [new(200, 1), new(losses.Length, 0)], 0.05, 0.05));
    }

    [Fact]
    public void A_later_starting_point_goes_on_after_a_failure_with_its_own_share_of_delta_else_with_all()
    {
        // Two errors at once, then none: at 59 the test fails; 124 rows with two errors pass at .05, and at no less
        // than .0497.
        double[] losses = [.. Repeat(1.0, 2), .. Repeat(0.0, 400)];
        Assert.Equal(0, LearnThenTest.Certify(losses, [new(59, 0.5), new(124, 0.5)], 0.05, 0.05));
        Assert.Equal(200, LearnThenTest.Certify(losses, [new(59, 0.5), new(124, 0), new(200, 0.5)], 0.05, 0.05));
        // Without errors at first the second test has both shares.
        losses = [.. Repeat(0.0, 100), .. Repeat(1.0, 2), .. Repeat(0.0, 22)];
        Assert.Equal(124, LearnThenTest.Certify(losses, [new(80, 0.5), new(124, 0.5)], 0.05, 0.05));
    }

    [Fact]
    public void Shares_of_delta_never_exceed_all_of_it_and_depend_on_nothing_but_the_number_of_rows() =>
        Prop.ForAll(Gen.Choose(0, 5000).ToArbitrary(), side =>
    {
        var candidates = LearnThenTest.Candidates(side, 0.05, 0.05);
        Assert.Equal(side < 59, candidates.Count == 0);
        Assert.True(candidates.Sum(c => c.Weight) <= 1 + 1e-12);
        Assert.Equal(candidates.Select(c => c.Size).Distinct().Order(), candidates.Select(c => c.Size));
        Assert.All(candidates, c => Assert.InRange(c.Size, 59, side));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Errors_that_fall_and_rise_again_break_no_promise_either()
    {
        // The most confident rows are the worst, because nothing may be assumed about the order of errors.
        const double delta = 0.1;
        const int draws = 3000;
        var (random, broken) = (new Random(5), 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var losses = Enumerable.Range(0, 600)
                .Select(i => random.NextDouble() < (i < 100 ? 0.2 : i < 350 ? 0.08 : 0.13) ? 1.0 : 0.0).ToArray();
            var size = LearnThenTest.Certify(losses, LearnThenTest.Candidates(600, 0.1, delta), 0.1, delta);
            var truth = size == 0 ? 0 : (0.2 * Math.Min(size, 100) + 0.08 * Math.Clamp(size - 100, 0,
                250) + 0.13 * Math.Max(0, size - 350)) / size;
            broken += truth > 0.1 ? 1 : 0;
        }
        Assert.True(broken <= draws * delta + 3 * Math.Sqrt(draws * delta * (1 - delta)), $"{broken} of {draws}");
    }

    [Fact]
    public void A_side_ends_where_a_decision_counts_as_uncertain()
    {
        var p = Enumerable.Range(0, 2000).Select(i => i / 2000.0).ToArray();
        var y = Array.ConvertAll(p, x => x > 0.5);
        var (band, _) = CertifiedBand.Learn(p, y, 0.5, Wide with { Uncertain = 0.2 }, CertificateOrigin.Audit);
        Assert.Equal((0.2, 0.8), (band.Low, band.High));
        (band, _) = CertifiedBand.Learn(p, y, 0.5, Wide, CertificateOrigin.Audit);
        Assert.Equal((0.4995, 0.5), (band.Low, band.High));
    }

    [Fact]
    public void The_head_never_decides_more_of_the_tested_rows_than_were_tested()
    {
        // The head's own calibration is bolder than those that were tested.
        var random = new Random(8);
        var p = Enumerable.Range(0, 1000).Select(_ => random.NextDouble()).ToArray();
        var y = Array.ConvertAll(p, x => x > 0.4);
        var bold = Array.ConvertAll(p, x => 1 - (1 - x) / 2);
        var decides = Array.ConvertAll(p, _ => 0.5);
        var band = CertifiedBand.Learn(new TestedRows(p, decides, y), bold, 0.5, Wide, CertificateOrigin.Training);
        Assert.Equal(band.Certificate.Yes!.Decided, bold.Count(x => x >= band.Thresholds.High));
        Assert.True(band.Certificate.Yes.Decided == p.Count(x => x >= 0.5));
    }

    private sealed class Day : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Today.AddHours(7);
    }

    private static (double[] P, bool[] Y) Draw(Random random, double shape, int rows)
    {
        var p = Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray();
        return (p, Array.ConvertAll(p, s => random.NextDouble() < Math.Pow(s, shape)));
    }

    private static double FalseYes(double high, double shape) =>
        1 - (1 - Math.Pow(high, shape + 1)) / ((shape + 1) * (1 - high));

    private static double FalseNo(double low, double shape) => Math.Pow(low, shape) / (shape + 1);

    private static double ErrorSeen(double[] p, bool[] y, double high)
    {
        var decided = p.Count(x => x >= high);
        return decided == 0 ? 0 : (double)p.Where((x, i) => x >= high && !y[i]).Count() / decided;
    }

    private static T[] Repeat<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];
}
