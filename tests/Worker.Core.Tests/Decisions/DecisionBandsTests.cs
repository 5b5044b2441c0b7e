using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using static Worker.Core.Tests.Decisions.Stage;

namespace Worker.Core.Tests.Decisions;

public class DecisionBandsTests
{
    [Theory]
    [InlineData(0.1, Decision.No, Confidence.Likely)]
    [InlineData(0.25, Decision.No, Confidence.Uncertain)]
    [InlineData(0.3, Decision.Yes, Confidence.Uncertain)]
    [InlineData(0.79, Decision.Yes, Confidence.Uncertain)]
    [InlineData(0.81, Decision.Yes, Confidence.Likely)]
    public void A_label_is_yes_from_its_decide_point_on_and_uncertain_where_the_chance_of_error_is_high(
        float p, Decision decision, Confidence confidence) =>
        Assert.Equal([new(decision, confidence)], Bands(Head("a", new Thresholds(0.3, 0.3, 0.3))).Decide(p));

    [Theory]
    [InlineData(0.05f, Confidence.Likely)]
    [InlineData(0.15f, Confidence.Uncertain)]
    [InlineData(0.95f, Confidence.Likely)]
    [InlineData(0.85f, Confidence.Uncertain)]
    public void A_review_band_that_was_asked_for_is_uncertain(float p, Confidence confidence) =>
        Assert.Equal(confidence, Bands(Head("a", new Thresholds(0.1, 0.5, 0.9))).Decide(p)[0].Confidence);

    [Theory]
    [InlineData(true, false, 0.0f, Decision.No, Confidence.Likely)]
    [InlineData(true, false, 1.0f, Decision.Yes, Confidence.Certified)]
    [InlineData(false, true, 1.0f, Decision.Yes, Confidence.Likely)]
    [InlineData(false, true, 0.0f, Decision.No, Confidence.Certified)]
    [InlineData(true, true, 0.2f, Decision.No, Confidence.Certified)]
    [InlineData(true, true, 0.4f, Decision.No, Confidence.Uncertain)]
    [InlineData(true, true, 0.85f, Decision.Yes, Confidence.Likely)]
    public void A_certificate_covers_its_own_sides_and_withholds_nothing(
        bool yes, bool no, float p, Decision decision, Confidence confidence) =>
        Assert.Equal(
            [new(decision, confidence)], Bands(Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate(yes, no)))
                .Decide(p));

    [Fact]
    public void Where_certificates_do_not_hold_nothing_is_certified_and_the_strict_mode_withholds()
    {
        var head = Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate());
        var labels = new LabelDecision[1];
        Bands(head).Decide([1f], labels, certifies: false);
        Assert.Equal([new(Decision.Yes, Confidence.Likely)], labels);
        Strict(head).Decide([1f], labels, certifies: false);
        Assert.Equal([new(Decision.Review, Confidence.Likely)], labels);
    }

    [Theory]
    [InlineData(true, false, 0.0f, Decision.Review, Confidence.Likely)]
    [InlineData(true, false, 1.0f, Decision.Yes, Confidence.Certified)]
    [InlineData(false, true, 1.0f, Decision.Review, Confidence.Likely)]
    [InlineData(false, true, 0.0f, Decision.No, Confidence.Certified)]
    [InlineData(true, true, 0.4f, Decision.Review, Confidence.Uncertain)]
    [InlineData(false, false, 0.0f, Decision.Review, Confidence.Likely)]
    public void In_the_strict_mode_only_a_certified_side_decides(
        bool yes, bool no, float p, Decision decision, Confidence confidence) =>
        Assert.Equal(
            [new(decision, confidence)], Strict(Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate(yes, no)))
                .Decide(p));

    [Theory]
    [InlineData(0.1f, Decision.No)]
    [InlineData(0.2f, Decision.No)]
    [InlineData(0.21f, Decision.Review)]
    [InlineData(0.8f, Decision.Yes)]
    public void In_the_strict_mode_a_head_without_a_certificate_decides_by_its_band(float p, Decision decision) =>
        Assert.Equal(decision, Strict(Head("a", new Thresholds(0.2, 0.3, 0.8))).Decide(p)[0].Decision);

    [Fact]
    public void Of_an_exclusive_group_the_most_probable_label_is_yes_and_the_others_are_no()
    {
        var bands = Bands(Grouped("a"), Grouped("b"), Head("c", Thresholds.Half), Grouped("d"));
        // None reaches one half, and c is not in the group. Shares of the group: .1, .75, .15.
        Assert.Equal(
            [new(Decision.No, Confidence.Likely), new(Decision.Yes, Confidence.Uncertain),
                new(Decision.No, Confidence.Likely), new(Decision.No, Confidence.Likely)],
            bands.Decide(out var outcome, 0.04f, 0.3f, 0.1f, 0.06f));
        Assert.Equal(
            new MessageOutcome(MessageDecision.Yes, Top: 1, Uncertain: 1, Withheld: 0, Passes: false), outcome);
        // Two of them reach one half, but there is only one yes. Shares: .53, .47, 0; both of the rivals are uncertain.
        Assert.Equal([Decision.Yes, Decision.No, Decision.No, Decision.No],
            bands.Decide(out outcome, 0.9f, 0.8f, 0.1f, 0).Select(label => label.Decision));
        Assert.Equal(2, outcome.Uncertain);
        Assert.Equal(1 - (0.9 - 0.8) / 1.7, bands.Uncertainty(0, [0.9f, 0.8f, 0.1f, 0]), 1e-6);
        Assert.Equal(1 - (0.9 - 0.8) / 1.7, bands.Uncertainty(1, [0.9f, 0.8f, 0.1f, 0]), 1e-6);
        // All at 0: the first is yes, but uncertain.
        Assert.Equal([Decision.Yes, Decision.No, Decision.No],
            bands.Decide(0, 0, 0.1f, 0).Where((_, label) => label != 2).Select(label => label.Decision));
    }

    [Fact]
    public void A_group_of_which_one_head_alone_is_there_excludes_nothing() =>
        Assert.Equal(Decision.No, Bands(Grouped("a"), Head("b", Thresholds.Half)).Decide(0.3f, 0.1f)[0].Decision);

    [Fact]
    public void A_group_has_exactly_one_yes_whatever_the_probabilities()
    {
        var bands = Bands(
            [.. Enumerable.Range(0, 7).Select(i => i % 3 == 0 ? Head($"{i}", Thresholds.Half) : Grouped($"{i}"))]);
        Prop.ForAll(Gen.Choose(0, 1000).Select(n => n / 1000f).ArrayOf(7).ToArbitrary(), p =>
        {
            var decided = bands.Decide(out var outcome, p);
            Assert.Single(decided.Where((label, i) => i % 3 != 0 && label.Decision == Decision.Yes));
            Assert.Equal(decided.Count(label => label.Confidence == Confidence.Uncertain), outcome.Uncertain);
            Assert.Equal(p.Max(), p[outcome.Top]);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_certified_yes_of_a_group_is_certified_only_where_it_is_the_groups_yes()
    {
        var certified = Grouped("a") with { Thresholds = new(0.1, 0.5, 0.9), Certificate = Certificate() };
        Assert.Equal(new(Decision.Yes, Confidence.Certified), Bands(certified, Grouped("b")).Decide(0.95f, 0.1f)[0]);
        Assert.Equal(new(Decision.No, Confidence.Uncertain), Bands(certified, Grouped("b")).Decide(0.95f, 0.99f)[0]);
    }

    [Fact]
    public void Without_heads_there_is_no_top_label() =>
        Assert.Equal(new MessageOutcome(MessageDecision.No, -1, 0, 0, false), Bands().Decide([], []));

    [Fact]
    public void An_expired_certificate_counts_no_more_and_the_bands_know_until_when_they_hold()
    {
        var set = Set(
            Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate(expires: Start.AddDays(2))),
            Head("b", new Thresholds(0.2, 0.5, 0.9), Certificate(expires: Start.AddDays(1))),
            Head("c", new Thresholds(0.2, 0.5, 0.9), Certificate())).Heads;
        var bands = new DecisionBands(set, new DecisionOptions(), Start);
        Assert.Equal(Start.AddDays(1), bands.Until);
        Assert.True(bands.Cover(set, Start.AddHours(23)));
        Assert.False(bands.Cover(set, Start.AddDays(1)));
        bands = new DecisionBands(set, new DecisionOptions(), Start.AddDays(1));
        Assert.Equal([Confidence.Certified, Confidence.Likely, Confidence.Certified],
            bands.Decide(1, 1, 1).Select(label => label.Confidence));
        Assert.Equal(Start.AddDays(2), bands.Until);
        Assert.Equal(DateTimeOffset.MaxValue, new DecisionBands(set, new DecisionOptions(), Start.AddDays(3)).Until);
    }

    [Fact]
    public void Uncertainty_is_1_where_yes_and_no_part_and_0_at_both_ends()
    {
        var bands = Bands(Head("a", new Thresholds(0.2, 0.2, 0.2)));
        Assert.Equal(
            [0, 0.5, 1, 0.5, 0], new[]
            {
                0, 0.1f, 0.2f, 0.6f, 1,
            }.Select(p => Math.Round(bands.Uncertainty(0, [p]), 6)));
        bands = Bands(Head("never", new Thresholds(1, 1, 1)), Head("x-ever", new Thresholds(0, 0, 0)));
        Assert.Equal(
            [0.5, 1, 1, 0], new[]
            {
                bands.Uncertainty(0, [0.5f, 0]), bands.Uncertainty(0, [1, 0]), bands.Uncertainty(1, [0, 0]),
                bands.Uncertainty(1, [0, 1]),
            });
    }

    private static Head Grouped(string label) => Head(label, Thresholds.Half) with { Group = "kind" };
}
