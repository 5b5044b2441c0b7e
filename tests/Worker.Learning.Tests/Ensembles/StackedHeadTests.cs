using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Ensembles;
using Worker.Learning.Evaluating;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Ensembles;

/// <summary>Different heads as one, with weights that were learned on texts that none has seen.</summary>
public class StackedHeadTests
{
    private static readonly TrainingOptions Options = new();

    [Fact]
    public void Heads_that_know_different_things_are_better_together()
    {
        var (rows, x, answers) = Drawn(3_000, seed: 5);
        // One is too sure, one is not sure enough, one knows nothing.
        Head[] members = [Head(1, [4, 0]), Head(2, [0, 1]), Head(3, [0, 0])];
        var said = Array.ConvertAll(members, head => Array.ConvertAll(rows, row => head.Probability(x[row])));
        var (stacked, evidence) = StackedHead.Fold(members, said, members[0], (rows, answers), Options)!.Value;
        var loss = ProbabilityMetrics.LogLoss(
            Array.ConvertAll(evidence.Probabilities, p => (double)p), answers);
        Assert.All(said, one => Assert.True(loss < ProbabilityMetrics.LogLoss(one, answers) - 0.05, $"{loss}"));
        // What is said of these texts is what the head keeps on others.
        var (others, y, truth) = Drawn(3_000, seed: 6);
        Assert.Equal(
            loss, ProbabilityMetrics.LogLoss(Array.ConvertAll(others, row => stacked.Probability(y[row])), truth),
            0.03);
        // The weights of the model that drew the answers.
        Assert.Equal(2, stacked.Calibration.Slope * stacked.Weights[0], 0.3);
        Assert.Equal(2, stacked.Calibration.Slope * stacked.Weights[1], 0.3);
        Assert.Null(stacked.Calibration.Curve);
        Assert.NotNull(stacked.Certificate);
    }

    [Fact]
    public void Weights_are_not_judged_by_the_texts_that_taught_them()
    {
        // Many members that know nothing, few texts, coins for answers: weights fit them well.
        var random = new Random(4);
        int[] rows = [.. Enumerable.Range(0, 50)];
        var answers = Array.ConvertAll(rows, row => row % 2 == 0);
        var members = Enumerable.Range(0, 12).Select(k => Head(k + 1, [k, 1])).ToArray();
        var said = Array.ConvertAll(members, _ => Array.ConvertAll(rows, _ => 0.02 + 0.96 * random.NextDouble()));
        var (_, evidence) = StackedHead.Fold(members, said, members[0], (rows, answers), Options)!.Value;
        var loss = ProbabilityMetrics.LogLoss(
            Array.ConvertAll(evidence.Probabilities, p => (double)p), answers);
        Assert.True(loss > Math.Log(2) - 0.02, $"{loss}");
    }

    [Fact]
    public void Few_answers_of_a_kind_teach_no_weights()
    {
        int[] rows = [.. Enumerable.Range(0, 100)];
        Assert.Null(Fold(StackedHead.MinimumOfEach - 1));
        Assert.NotNull(Fold(StackedHead.MinimumOfEach));

        (Head, HeldOutEvidence)? Fold(int positives) => StackedHead.Fold(
            [Head(1, [1, 0]), Head(2, [0, 1])], [new double[100], new double[100]], Head(2, [0, 1]),
            (rows, Array.ConvertAll(rows, row => row < positives)), Options);
    }

    /// <summary>Two features of which both tell as much.</summary>
    private static (int[] Rows, float[][] X, bool[] Answers) Drawn(int count, int seed)
    {
        var random = new Random(seed);
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
        Training = new TrainingSummary(10, 20, null, null),
    };
}
