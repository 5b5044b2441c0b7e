using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using static Worker.Core.Tests.Decisions.Stage;

namespace Worker.Core.Tests.Decisions;

/// <summary>Heads that were made from descriptions decide nothing, and find what to ask people about.</summary>
public class DescribedHeadTests
{
    private static readonly Head Fitted = Head("a", Thresholds.Half);

    /// <summary>With everything that would let another head decide.</summary>
    private static Head Described(string label) => Head(label, new Thresholds(0.2, 0.5, 0.8), Certificate()) with
    {
        Described = new LabelDescription("wants money back", []),
        Group = "kind",
    };

    [Fact]
    public void Whatever_they_score_their_label_is_withheld_and_uncertain_and_the_message_is_as_without_it()
    {
        var cases =
            from p in Gen.Choose(0, 1000).Select(n => n / 1000f).ArrayOf(3)
            from strict in Gen.Elements(true, false)
            select (p, strict);
        var grouped = Fitted with { Group = "kind" };
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            DecisionBands Of(params Head[] heads) => c.strict ? Strict(heads) : Bands(heads);
            var bands = Of(grouped, Described("b"), Described("c"));
            var labels = bands.Decide(out var outcome, c.p);
            var alone = Of(Fitted).Decide(out var expected, c.p[0]);
            Assert.Equal(alone[0], labels[0]);
            Assert.Equal(expected, outcome);
            foreach (var label in new[] { 1, 2 })
            {
                Assert.Equal(new LabelDecision(Decision.Review, Confidence.Uncertain), labels[label]);
                Assert.False(bands.Passes(label, c.p[label]));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_message_that_has_no_other_label_is_withheld()
    {
        Bands(Described("b")).Decide(out var outcome, 1);
        Assert.Equal(new MessageOutcome(MessageDecision.Review, -1, 0, 0, false), outcome);
    }

    [Fact]
    public void People_are_asked_about_what_they_rank_high_however_low_their_probabilities_are()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 3600, Burst = 50, Audit = 0 });
        var bands = Bands(Fitted, Described("b"));
        var random = new Random(3);
        var asked = new List<float>();
        for (var i = 0; i < 20_000; i++)
        {
            // Scores of a head that is sure of nothing; ten messages a second, and one question.
            var p = 0.1f * random.NextSingle();
            var verdict = policy.Judge(Message(bands, i, [0.001f, p]), Start.AddSeconds(i / 10.0));
            if (verdict.State != ReviewState.Asked || i < 2000)
                continue;
            Assert.Equal((ReviewReasonKind.Described, 1),
                (verdict.Score.Reasons[0].Kind, verdict.Score.Reasons[0].Label));
            asked.Add(p);
        }
        // The budget is spent, on the top of the ranking.
        Assert.InRange(asked.Count, 1600, 1860);
        Assert.True(asked.Average() > 0.09, $"{asked.Average()}");
    }

    [Fact]
    public void Each_described_label_has_its_share_of_the_questions()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 3600, Burst = 50, Audit = 0 });
        var bands = Bands(Described("b"), Described("c"));
        var random = new Random(4);
        var asked = new int[2];
        for (var i = 0; i < 10_000; i++)
        {
            // The second head's scores are all higher than the first one's.
            var verdict = policy.Judge(
                Message(bands, i, [0.1f * random.NextSingle(), 0.5f + 0.5f * random.NextSingle()]),
                Start.AddSeconds(i / 10.0));
            if (verdict.State == ReviewState.Asked)
                asked[verdict.Score.Reasons[0].Label]++;
        }
        Assert.InRange((double)asked[0] / asked.Sum(), 0.45, 0.55);
    }

    [Fact]
    public void An_uncertain_decision_of_a_fitted_head_comes_before_a_middling_rank()
    {
        var bands = Bands(Fitted, Described("b"));
        var score = RiskScoring.Of(Message(bands, 1, [0.4f, 0.9f]), new ReviewOptions(), [0.1]);
        Assert.Equal([ReviewReasonKind.Uncertain, ReviewReasonKind.Described],
            [score.Reasons[0].Kind, score.Reasons[1].Kind]);
        Assert.Equal(0.8, score.Risk, 1e-6);
        // A rank below the top fifth is no reason at all.
        Assert.Equal(0, RiskScoring.Of(Message(bands, 1, [0.001f, 0.9f]), new ReviewOptions(), [0.3]).Reasons.Count);
    }

    [Fact]
    public void Among_few_values_nothing_is_rare()
    {
        var quantile = new RunningQuantile();
        Assert.Equal(0.5, quantile.ShareAbove(0.9));
        for (var i = 0; i < 98; i++)
            quantile.Add(i / 98.0);
        Assert.Equal(0.01, quantile.ShareAbove(1), 1e-9);
        Assert.Equal(0.5, quantile.ShareAbove(0.5), 0.02);
    }
}
