using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Anomaly;

namespace Worker.Core.Tests.Anomaly;

public class ConformalTests
{
    [Fact]
    public void Of_exchangeable_scores_at_most_alpha_have_a_p_of_alpha_or_less()
    {
        // Each of n + 1 scores is left out in turn, so the guarantee is exact and not only on average.
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var scores = Enumerable.Range(0, 200).Select(_ => (float)random.Next(50)).ToArray();
            foreach (var alpha in new[] { 0.01, 0.05, 0.2 })
            {
                var flagged = Enumerable.Range(0, scores.Length).Count(i =>
                    new ConformalScores([.. scores.Where((_, j) => j != i).Order()]).PValue(scores[i]) <= alpha);
                Assert.True(flagged <= alpha * scores.Length, $"{flagged} of {scores.Length} at {alpha}");
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_higher_the_score_the_lower_the_p()
    {
        var scores = new ConformalScores([1, 2, 3, 4]);
        Assert.Equal([1f, 0.8f, 0.6f, 0.2f], new[] { 0f, 1.5f, 3f, 9f }.Select(scores.PValue));
    }

    [Fact]
    public void Surprise_rises_with_the_value_and_goes_on_rising_far_out()
    {
        var random = new Random(1);
        var tail = EmpiricalTail.Of([.. Enumerable.Range(0, 3000).Select(_ => (float)random.NextDouble())]);
        var values = new[] { -1f, 0.2f, 0.5f, 0.9f, 0.96f, 1.5f, 3f, 30f }.Select(tail.Surprise).ToArray();
        Assert.Equal(values.Order(), values);
        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.Equal(0, tail.Surprise(-1));
        Assert.Equal(MathF.Log(2), tail.Surprise(0.5f), 0.1);
        Assert.Equal(MathF.Log(20), tail.Surprise(0.95f), 0.2);
    }

    [Fact]
    public void Values_that_are_all_alike_or_no_numbers_are_handled()
    {
        var tail = EmpiricalTail.Of([0.5f, 0.5f, 0.5f]);
        Assert.True(float.IsFinite(tail.Surprise(0.6f)) && tail.Surprise(0.6f) > tail.Surprise(0.5f));
        Assert.Throws<ArgumentException>(() => EmpiricalTail.Of([1, float.NaN]));
        Assert.Throws<ArgumentException>(() => EmpiricalTail.Of([]));
    }
}
