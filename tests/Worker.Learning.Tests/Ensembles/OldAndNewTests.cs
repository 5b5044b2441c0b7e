using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Ensembles;
using Worker.Learning.Evaluating;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Ensembles;

public class OldAndNewTests
{
    [Fact]
    public void Two_heads_that_know_different_things_are_better_together()
    {
        var (rows, x, answers) = Drawn(3000);
        var (old, fresh) = (Head(1, [2, 0]), Head(2, [0, 2]));
        var byOld = Array.ConvertAll(rows, row => old.Probability(x[row]));
        var held = new HeldOutEvidence(
            rows, Array.ConvertAll(rows, row => (float)fresh.Probability(x[row])), new bool[rows.Length], answers);
        var (joined, said) = OldAndNew.Join(old, byOld, fresh, held);
        Assert.Equal((2, (int?)1), (joined.Version, joined.Parent));
        var loss = Loss(said.Probabilities);
        Assert.True(loss < Loss(held.Probabilities) - 0.01, $"{loss}");
        Assert.True(loss < ProbabilityMetrics.LogLoss(byOld, answers) - 0.01, $"{loss}");
        // The one head says what the evidence says of it, but for the share, which the others of the texts taught.
        Assert.All(rows.Take(100), row => Assert.Equal(joined.Probability(x[row]), said.Probabilities[row], 0.03));
        Assert.Equal(rows.Count(row => said.Decisions[row]), rows.Count(row =>
            joined.Probability(x[row]) >= joined.Thresholds.Decide), 60.0);

        double Loss(float[] p) => ProbabilityMetrics.LogLoss(Array.ConvertAll(p, one => (double)one), answers);
    }

    [Fact]
    public void A_new_head_that_knows_nothing_leaves_the_old_one()
    {
        var (rows, x, answers) = Drawn(3000);
        var (old, fresh) = (Head(1, [2, 2]), Head(2, [0, 0]));
        var held = new HeldOutEvidence(
            rows, Array.ConvertAll(rows, _ => 0.5f), new bool[rows.Length], answers);
        var (joined, _) = OldAndNew.Join(old, Array.ConvertAll(rows, row => old.Probability(x[row])), fresh, held);
        Assert.InRange(joined.Weights[0], 1.9f, 2);
    }

    /// <summary>Two features of which both tell as much.</summary>
    private static (int[] Rows, float[][] X, bool[] Answers) Drawn(int count)
    {
        var random = new Random(5);
        int[] rows = [.. Enumerable.Range(0, count)];
        var x = Array.ConvertAll(rows, _ => new[] { random.NextSingle() * 2 - 1, random.NextSingle() * 2 - 1 });
        return (rows, x, Array.ConvertAll(rows, row =>
            random.NextDouble() < Logistic.Sigmoid(2 * x[row][0] + 2 * x[row][1])));
    }

    private static Head Head(int version, float[] weights) => new()
    {
        Label = "refund",
        Version = version,
        Encoder = "abc",
        Feature = "mean",
        Weights = weights,
        Bias = 0,
    };
}
