using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Ensembles;
using Worker.Learning.Evaluating;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Ensembles;

public class HeadEnsembleTests
{
    [Fact]
    public void The_folded_heads_logit_is_the_ensembles_whatever_the_features()
    {
        var random = new Random(1);
        // The last layer's mean, two taps side by side that share it, another layer: 5 floats each.
        var parts = new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            ["mean"] = Draw(5),
            ["layer3"] = Draw(5),
            ["cls"] = Draw(5),
        };
        Head[] members = [Member("mean"), Member("layer3+mean"), Member("cls"), Member("mean")];
        var ensemble = new HeadEnsemble(members, [0.5, -0.3, 1.7, 0.25], intercept: -0.8);
        var folded = ensemble.Fold();
        Assert.Equal("mean+layer3+cls", folded.Feature);
        Assert.Equal(15, folded.Weights.Length);
        for (var text = 0; text < 50; text++)
        {
            foreach (var part in parts.Values)
                Draw(5).CopyTo(part, 0);
            double[] logits = [.. members.Select(member => (double)Logit(member, parts))];
            Assert.Equal(
                ensemble.LogOdds(logits), folded.Calibration.Slope * Logit(
                    folded, parts) + folded.Calibration.Intercept, 1e-4);
        }

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 4 - 2))];

        Head Member(string feature) => new()
        {
            Label = "a",
            Version = 3,
            Encoder = "e",
            Feature = feature,
            Weights = Draw(5 * feature.Split('+').Length),
            Bias = Draw(1)[0],
            Calibration = new Calibration(0.5 + random.NextDouble(), random.NextDouble() - 0.5),
        };
    }

    [Fact]
    public void A_mean_of_equals_is_the_head_itself_and_keeps_its_threshold_but_no_certificate()
    {
        var head = Evaluated.Head("a") with
        {
            Weights = [2],
            Bias = 1,
            Calibration = new Calibration(2, -1),
            Thresholds = new Thresholds(0.1, 0.3, 0.9),
            Certificate = new Certificate(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, null,
                new CertifiedSide(100, 50, 0)),
        };
        var folded = HeadEnsemble.Mean([head, head, head]).Fold();
        Assert.Equal((4f, 1f), (folded.Weights[0], folded.Bias));
        Assert.Equal(0.3, folded.Thresholds.Decide, 1e-12);
        Assert.Equal(
            (folded.Thresholds.Decide, folded.Thresholds.Decide), (folded.Thresholds.Low, folded.Thresholds.High));
        Assert.Null(folded.Certificate);
    }

    [Fact]
    public void Heads_that_do_not_belong_together_are_refused()
    {
        var head = Evaluated.Head("a");
        Assert.Contains(
            "one label", Assert.Throws<ArgumentException>(() =>
                HeadEnsemble.Mean([head, head with { Label = "b" }])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "encoder", Assert.Throws<ArgumentException>(() =>
                HeadEnsemble.Mean([head, head with { Encoder = "f" }])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "floats", Assert.Throws<ArgumentException>(() =>
                HeadEnsemble.Mean([head, head with { Weights = [1, 2] }])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new HeadEnsemble([head], [0.5, 0.5]));
        Assert.Throws<ArgumentException>(() => HeadEnsemble.Mean([]));
    }

    [Fact]
    public void Weights_by_log_loss_reach_the_best_alpha_of_a_fine_grid()
    {
        var (logOdds, answers) = Draw(2_000, seed: 4, noise: [0.5, 1.5]);
        var weights = EnsembleWeights.ByLogLoss(logOdds, answers, 2);
        Assert.Equal(1, weights.Sum(), 1e-9);
        var best = Enumerable.Range(0, 1001).Select(i => i / 1000.0).MinBy(alpha =>
            Loss(logOdds, answers, [alpha, 1 - alpha], 0));
        Assert.Equal(best, weights[0], 0.005);
        Assert.True(weights[0] > 0.6, $"the member with less noise weighs {weights[0]}");
    }

    [Fact]
    public void Stacking_is_no_worse_than_the_best_alpha_and_learns_nothing_from_nothing()
    {
        var (logOdds, answers) = Draw(2_000, seed: 5, noise: [0.7, 1.2, 3]);
        var (weights, intercept) = EnsembleWeights.Stacked(logOdds, answers, 3);
        var alphas = EnsembleWeights.ByLogLoss(logOdds, answers, 3);
        Assert.True(Loss(logOdds, answers, weights, intercept) <= Loss(logOdds, answers, alphas, 0));
        // At the optimum the residuals sum to the prior's pull on the intercept.
        var residual = Enumerable.Range(0, answers.Length).Sum(i =>
            P(logOdds, i, weights, intercept) - (answers[i] ? 1 : 0));
        Assert.Equal(-intercept, residual, 1e-5);
        var (prior, zero) = EnsembleWeights.Stacked(logOdds.AsSpan(0, 3), answers.AsSpan(0, 1), 3, strength: 1e9);
        Assert.All(prior, weight => Assert.Equal(1.0 / 3, weight, 1e-6));
        Assert.Equal(0, zero, 1e-6);
    }

    [Fact]
    public void Members_of_a_bag_disagree_less_the_more_they_have_seen()
    {
        var spread = new List<double>();
        foreach (var rows in (int[])[150, 3_000])
        {
            var drawn = Simulated.Draw(rows, width: 6, labels: 1, seed: 8, strength: 2);
            var members = Bagging.Train(drawn.Features, drawn.Data, "mean", "e",
                new TrainingOptions { Seed = 2, Calibration = CalibrationMethod.Platt }, members: 5)["label00"];
            Assert.Equal(5, members.Count);
            spread.Add(Enumerable.Range(0, 100).Average(row => Bagging.Spread([.. members.Select(member =>
                member.Calibration.Probability(
                    TensorPrimitives.Dot(drawn.Features.Row(row), member.Weights) + member.Bias))])));
        }
        Assert.True(spread[1] < spread[0] / 2, $"{spread[0]} with 150 texts, {spread[1]} with 3,000");
        Assert.Equal(Math.Sqrt(2.0 / 3), Bagging.Spread([1, 2, 3]), 1e-12);
    }

    private static float Logit(Head head, Dictionary<string, float[]> parts) =>
        TensorPrimitives.Dot<float>(
            [.. head.Feature.Split('+').SelectMany(part => parts[part])], head.Weights) + head.Bias;

    /// <summary>True log-odds seen through noise of different strength by each member.</summary>
    private static (double[] LogOdds, bool[] Answers) Draw(int rows, int seed, double[] noise)
    {
        var random = new Random(seed);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var (logOdds, answers) = (new double[rows * noise.Length], new bool[rows]);
        for (var row = 0; row < rows; row++)
        {
            var z = 2 * Normal();
            answers[row] = random.NextDouble() < 1 / (1 + Math.Exp(-z));
            for (var k = 0; k < noise.Length; k++)
                logOdds[row * noise.Length + k] = z + noise[k] * Normal();
        }
        return (logOdds, answers);
    }

    private static double P(double[] logOdds, int row, double[] weights, double intercept) =>
        Calibration.Identity.Probability(
            weights.Select((w, k) => w * logOdds[row * weights.Length + k]).Sum() + intercept);

    private static double Loss(double[] logOdds, bool[] answers, double[] weights, double intercept) =>
        ProbabilityMetrics.LogLoss([.. answers.Select((_, i) => P(logOdds, i, weights, intercept))], answers);
}
