using Worker.Core.Heads;
using Worker.Learning.Certifying;

namespace Worker.Learning.Tests.Certifying;

public class CertificateWatchTests
{
    private static readonly Head Certified = new()
    {
        Label = "spam",
        Version = 3,
        Encoder = "e",
        Feature = "mean",
        Weights = [1],
        Bias = 0,
        Thresholds = new(0.2, 0.5, 0.9),
        Certificate = new(
            0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, new(1000, 200, 3), new(1000, 300, 4)),
    };

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void The_bound_passes_the_true_rate_at_any_time_in_at_most_alpha_of_streams(double rate)
    {
        const double alpha = 0.1;
        const int streams = 1000;
        var random = new Random(2);
        var wrong = 0;
        for (var stream = 0; stream < streams; stream++)
        {
            var bound = new ErrorBound(alpha);
            // Looked at after every one of 2,000 decisions.
            for (var i = 0; i < 2000 && !bound.Exceeds(rate); i++)
                bound.Observe(random.NextDouble() < rate);
            wrong += bound.Exceeds(rate) ? 1 : 0;
        }
        Assert.True(wrong <= streams * alpha + 3 * Math.Sqrt(streams * alpha * (1 - alpha)), $"{wrong} of {streams}");
    }

    [Fact]
    public void The_bound_nears_the_true_rate_and_never_falls()
    {
        var random = new Random(4);
        var bound = new ErrorBound(0.05);
        var last = 0.0;
        for (var i = 0; i < 20_000; i++)
        {
            bound.Observe(random.NextDouble() < 0.2);
            Assert.True(bound.Lower >= last);
            last = bound.Lower;
        }
        Assert.InRange(bound.Lower, 0.18, 0.2);
    }

    [Fact]
    public void Drift_withdraws_the_side_it_hits_within_some_hundred_audits_and_leaves_the_other()
    {
        var random = new Random(6);
        var watch = new CertificateWatch(Certified);
        bool Step(double errorOfYes) => random.Next(2) == 0
            ? watch.Observe(0.95, random.NextDouble() >= errorOfYes)
            : watch.Observe(0.1, random.NextDouble() < 0.02);
        for (var i = 0; i < 3000; i++)
            Assert.False(Step(0.03));
        var after = 0;
        while (!Step(0.5))
            Assert.True(++after < 1000, $"not seen after {after} audits");
        Assert.Null(watch.Certificate.Yes);
        Assert.NotNull(watch.Certificate.No);
        Assert.True(watch.Yes.Lower > 0.05 && watch.No.Lower < 0.02);
        var revised = watch.Revised();
        Assert.Equal((4, 3), (revised.Version, revised.Parent!.Value));
        Assert.Null(revised.Certificate!.Yes);
        // A withdrawn side decides nothing and is not withdrawn twice.
        Assert.False(Step(1));
    }

    [Fact]
    public void What_goes_to_review_anyway_says_nothing_about_the_automatic_decisions()
    {
        var watch = new CertificateWatch(Certified);
        for (var i = 0; i < 1000; i++)
            Assert.False(watch.Observe(0.5, i % 2 == 0));
        Assert.Same(Certified, watch.Revised());
    }

    [Fact]
    public void A_head_without_a_certificate_is_refused() =>
        Assert.Contains(
            "no certificate", Assert.Throws<ArgumentException>(() =>
                new CertificateWatch(Certified with { Certificate = null })).Message, StringComparison.Ordinal);
}
