using Worker.Learning.Promoting;

namespace Worker.Learning.Tests.Promoting;

public class GroupGateTests
{
    private const int Labels = 10;
    private static readonly PromotionOptions Options = new() { Resamples = 300 };

    [Fact]
    public void Heads_that_give_the_true_label_more_take_the_groups_place()
    {
        var verdict = Judge(500, random => (0.5 + 0.4 * random.NextDouble(), 0.6 + 0.4 * random.NextDouble()));
        Assert.Equal(PromotionOutcome.Promoted, verdict.Outcome);
        Assert.Equal(
            [BarNames.Answers, BarNames.LogLoss, BarNames.TurnedWrong, BarNames.Decisions],
            verdict.Bars.Select(bar => bar.Name));
    }

    [Fact]
    public void The_same_heads_stay_and_worse_ones_are_dropped()
    {
        Assert.Equal(PromotionOutcome.Kept, Judge(500, random =>
        {
            var p = random.NextDouble();
            return (p, p);
        }).Outcome);
        Assert.Equal(PromotionOutcome.Dropped, Judge(500, random =>
        {
            var p = random.NextDouble();
            return (p, p / 2);
        }).Outcome);
    }

    [Fact]
    public void Few_texts_are_no_evidence() => Assert.Equal(
        PromotionOutcome.Kept, Judge(2 * Options.MinimumAnswers - 1, _ => (0.2, 0.9)).Outcome);

    [Fact]
    public void A_label_decision_that_turns_wrong_counts_twice_among_those_of_all_labels()
    {
        // One text in ten turns wrong, all others are right with both: 2 of 10 · 10 right label decisions.
        var rows = new ComparedRows(
            Said(100, _ => true), Said(100, row => row % 10 != 0), [.. Enumerable.Repeat(true, 100)]);
        var bar = GroupGate.Judge(rows, Labels, Options).Bars.Single(one => one.Name == BarNames.TurnedWrong);
        Assert.Equal(0.02, bar.Measured, 12);
    }

    private static Verdict Judge(int texts, Func<Random, (double Before, double After)> draw)
    {
        var random = new Random(5);
        var drawn = Enumerable.Range(0, texts).Select(_ => draw(random)).ToArray();
        return GroupGate.Judge(
            new ComparedRows(
                Predictions.At([.. drawn.Select(one => one.Before)], 0.5),
                Predictions.At([.. drawn.Select(one => one.After)], 0.5), [.. drawn.Select(_ => true)]),
            Labels, Options);
    }

    private static Predictions Said(int texts, Func<int, bool> right) =>
        new([.. Enumerable.Repeat(0.7, texts)], [.. Enumerable.Range(0, texts).Select(right)]);
}
