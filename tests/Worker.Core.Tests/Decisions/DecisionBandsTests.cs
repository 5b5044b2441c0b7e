using Worker.Core.Decisions;
using Worker.Core.Heads;
using static Worker.Core.Tests.Decisions.Stage;

namespace Worker.Core.Tests.Decisions;

public class DecisionBandsTests
{
    [Theory]
    [InlineData(0.1, 0.3, Decision.No)]
    [InlineData(0.2, 0.3, Decision.No)]
    [InlineData(0.21, 0.3, Decision.Review)]
    [InlineData(0.8, 0.3, Decision.Yes)]
    public void A_head_without_a_certificate_decides_by_its_thresholds_and_promises_nothing(double p, double decide, Decision expected)
    {
        var bands = Bands(Head("a", new Thresholds(0.2, decide, 0.8)));
        Assert.Equal(expected, new Thresholds(0.2, decide, 0.8).Decide(p));
        Assert.Equal(expected, bands.Decide(0, p));
        Assert.False(bands.IsCertified(0, p));
    }

    [Fact]
    public void Without_a_band_every_probability_is_yes_or_no() =>
        Assert.Equal([Decision.No, Decision.Yes, Decision.Yes], new[] { 0.49, 0.5, 1.0 }.Select(p => Bands(Head("a", Thresholds.Half)).Decide(0, p)));

    [Theory]
    [InlineData(true, false, 0.0, Decision.Review, false)]
    [InlineData(true, false, 1.0, Decision.Yes, true)]
    [InlineData(false, true, 1.0, Decision.Review, false)]
    [InlineData(false, true, 0.0, Decision.No, true)]
    [InlineData(true, true, 0.4, Decision.Review, true)]
    [InlineData(false, false, 0.0, Decision.Review, false)]
    public void Only_a_certified_side_decides_by_itself(bool yes, bool no, double p, Decision expected, bool certified)
    {
        var bands = Bands(Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate(yes, no)));
        Assert.Equal(expected, bands.Decide(0, p));
        Assert.Equal(certified, bands.IsCertified(0, p));
    }

    [Fact]
    public void An_expired_certificate_counts_no_more_and_the_bands_know_until_when_they_hold()
    {
        var set = Set(
            Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate(expires: Start.AddDays(2))),
            Head("b", new Thresholds(0.2, 0.5, 0.9), Certificate(expires: Start.AddDays(1))),
            Head("c", new Thresholds(0.2, 0.5, 0.9), Certificate()));
        var bands = new DecisionBands(set, Start);
        Assert.Equal(Start.AddDays(1), bands.Until);
        Assert.True(bands.Cover(set, Start.AddHours(23)));
        Assert.False(bands.Cover(set, Start.AddDays(1)));
        bands = new DecisionBands(set, Start.AddDays(1));
        Assert.Equal([Decision.Yes, Decision.Review, Decision.Yes], new[] { 0, 1, 2 }.Select(label => bands.Decide(label, 1)));
        Assert.Equal(Start.AddDays(2), bands.Until);
        Assert.Equal(DateTimeOffset.MaxValue, new DecisionBands(set, Start.AddDays(3)).Until);
    }

    [Fact]
    public void Uncertainty_is_1_where_yes_and_no_part_and_0_at_both_ends()
    {
        var bands = Bands(Head("a", new Thresholds(0.2, 0.2, 0.2)));
        Assert.Equal([0, 0.5, 1, 0.5, 0], new[] { 0, 0.1, 0.2, 0.6, 1 }.Select(p => Math.Round(bands.Uncertainty(0, p), 9)));
        bands = Bands(Head("never", new Thresholds(1, 1, 1)), Head("x-ever", new Thresholds(0, 0, 0)));
        Assert.Equal([0.5, 1, 1, 0], new[] { bands.Uncertainty(0, 0.5), bands.Uncertainty(0, 1), bands.Uncertainty(1, 0), bands.Uncertainty(1, 1) });
    }
}
