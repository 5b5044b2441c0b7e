using Worker.Core.Decisions;
using Worker.Core.Heads;
using static Worker.Core.Tests.Decisions.Stage;

namespace Worker.Core.Tests.Decisions;

public class RiskScoringTests
{
    private static readonly ReviewOptions Options = new();
    private static readonly Head[] Heads =
    [
        Head("a", new Thresholds(0.2, 0.5, 0.9), Certificate()),
        Head("b", new Thresholds(0.2, 0.5, 0.9), Certificate(yes: false)),
    ];

    private static readonly DecisionBands Two = Bands(Heads);
    private static readonly DecisionBands StrictTwo = Strict(Heads);

    [Theory]
    [InlineData(0.05f, 0.05f, float.NaN, MessageDecision.No)]
    [InlineData(0.05f, 0.05f, 0.5f, MessageDecision.No)]
    [InlineData(0.95f, 0.3f, float.NaN, MessageDecision.Yes)]
    [InlineData(0.05f, 0.6f, float.NaN, MessageDecision.Yes)]
    [InlineData(0.05f, 0.3f, float.NaN, MessageDecision.No)]
    [InlineData(0.05f, 0.05f, 0.001f, MessageDecision.Other)]
    [InlineData(0.05f, 0.3f, 0.001f, MessageDecision.Other)]
    [InlineData(0.6f, 0.05f, 0.001f, MessageDecision.Yes)]
    public void Other_is_what_no_label_passes_for_and_nothing_known_is_like(
        float a, float b, float anomaly, MessageDecision expected) =>
        Assert.Equal(expected, RiskScoring.Of(Message(Two, 1, [a, b], anomaly: anomaly), Options).Decision);

    [Theory]
    [InlineData(0.05f, 0.95f, float.NaN, MessageDecision.Review)]
    [InlineData(0.95f, 0.95f, float.NaN, MessageDecision.Yes)]
    [InlineData(0.6f, 0.05f, 0.001f, MessageDecision.Review)]
    [InlineData(0.05f, 0.05f, 0.001f, MessageDecision.Other)]
    public void In_the_strict_mode_what_is_withheld_is_review(
        float a, float b, float anomaly, MessageDecision expected) =>
        Assert.Equal(expected, RiskScoring.Of(Message(StrictTwo, 1, [a, b], anomaly: anomaly), Options).Decision);

    [Theory]
    [InlineData(0.95f, 0.1f)]
    [InlineData(0.95f, 0.95f)]
    [InlineData(0.85f, 0.15f)]
    public void What_is_sure_enough_has_no_risk_and_a_missing_certificate_alone_is_no_reason(float a, float b)
    {
        var score = RiskScoring.Of(Message(Two, 1, [a, b]), Options);
        Assert.Equal((0.0, 0), (score.Risk, score.Reasons.Count));
    }

    [Fact]
    public void Reasons_are_uncertain_labels_the_most_uncertain_first_and_the_anomaly()
    {
        var score = RiskScoring.Of(Message(Two, 1, [0.4f, 0.7f], anomaly: 0.005f), Options);
        Assert.Equal(
            [(ReviewReasonKind.Uncertain, 0), (ReviewReasonKind.Uncertain, 1), (ReviewReasonKind.Anomaly, -1)],
            Enumerable.Range(0, score.Reasons.Count).Select(i => (score.Reasons[i].Kind, score.Reasons[i].Label)));
        Assert.Equal([0.8f, 0.6f, 0.5f], Enumerable.Range(0, 3).Select(i => MathF.Round(score.Reasons[i].Strength, 5)));
        // 1 − (1 − 0.8) · (1 − 0.5 · 0.5).
        Assert.Equal(0.85, score.Risk, 1e-6);
    }

    [Fact]
    public void In_the_strict_mode_a_missing_certificate_is_a_reason_too()
    {
        var score = RiskScoring.Of(Message(StrictTwo, 1, [0.4f, 0.95f]), Options);
        Assert.Equal(
            [(ReviewReasonKind.Uncertain, 0), (ReviewReasonKind.Uncertified, 1)],
            Enumerable.Range(0, score.Reasons.Count).Select(i => (score.Reasons[i].Kind, score.Reasons[i].Label)));
    }

    [Fact]
    public void Of_many_labels_the_three_most_uncertain_are_named()
    {
        var bands = Bands([.. Enumerable.Range(0, 20).Select(i => Head($"{i:00}", Thresholds.Half))]);
        var score = RiskScoring.Of(
            Message(bands, 1, [.. Enumerable.Range(0, 20).Select(i => (i * 7 % 20 + 1) / 50f)]), Options);
        Assert.Equal([17, 14, 11], Enumerable.Range(0, score.Reasons.Count).Select(i => score.Reasons[i].Label));
        Assert.Equal(0.8, score.Risk, 1e-6);
    }

    [Fact]
    public void Challengers_that_disagree_are_a_reason_of_their_own()
    {
        var score = RiskScoring.Of(Message(Two, 1, [0.05f, 0.1f], challengers: [(0, 0.6f)]), Options);
        Assert.Equal([(ReviewReasonKind.Disagreement, 0)],
            Enumerable.Range(0, score.Reasons.Count).Select(i => (score.Reasons[i].Kind, score.Reasons[i].Label)));
        Assert.Equal(0.55, score.Risk, 1e-6);
    }

    [Fact]
    public void Every_reason_at_once_has_room()
    {
        var bands = Bands([.. Enumerable.Range(0, 5).Select(i => Head($"{i}", Thresholds.Half))]);
        var message = Message(bands, 1, [0.3f, 0.3f, 0.3f, 0.3f, 0.3f], anomaly: 0, challengers: [(1, 1), (4, 1)]);
        var verdict = new ReviewPolicy(new ReviewOptions { Audit = 1 }).Judge(message, Start);
        Assert.Equal(ReviewReasons.Capacity, verdict.Score.Reasons.Count);
        Assert.Equal(ReviewReasonKind.Audit, verdict.Score.Reasons[ReviewReasons.Capacity - 1].Kind);
    }
}
