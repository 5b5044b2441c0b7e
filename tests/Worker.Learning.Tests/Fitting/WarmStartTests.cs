using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class WarmStartTests
{
    [Fact]
    public void A_refit_begins_near_the_penalty_of_the_head_at_hand()
    {
        var simulated = Simulated.Draw(rows: 3000, width: 40, labels: 12, seed: 31, strength: 2, bias: -1);
        int[] before = [.. Enumerable.Range(0, 2800)];
        var parents = HeadTrainer.Train(simulated.Features.Part(before), simulated.Data.Part(before), "mean", "e",
            new TrainingOptions()).Heads;
        var warm = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", new TrainingOptions(), parents);
        var cold = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", new TrainingOptions());
        Assert.True(warm.Passes < 0.7 * cold.Passes, $"{warm.Passes} passes, {cold.Passes} from nothing");
        Assert.All(warm.Figures.Zip(cold.Figures), pair =>
        {
            // One step of the path is a factor of 1.8.
            Assert.InRange(pair.First.L2 / pair.Second.L2, 0.3, 3.4);
            Assert.Equal(pair.Second.After.LogLoss, pair.First.After.LogLoss, 0.01 * pair.Second.After.LogLoss);
        });
    }

    [Fact]
    public void What_the_head_at_hand_has_seen_does_not_leak_into_held_out_figures()
    {
        // Answers by chance, learnt by heart.
        var random = new Random(32);
        var values = new float[300 * 200];
        foreach (ref var value in values.AsSpan())
            value = random.NextSingle();
        sbyte[] answers = [.. Enumerable.Range(0, 300).Select(_ => (sbyte)random.Next(2))];
        var (features, data) = (new FeatureMatrix(values, 200),
            new DataSet(new string[300], ["chance"], new AnswerMatrix(300, 1, answers)));
        var options = new TrainingOptions { L2 = 1e-4, Tolerance = 0.1 };
        var parents = HeadTrainer.Train(features, data, "mean", "e", options with { Tolerance = 1e-3 }).Heads;
        var refit = HeadTrainer.Train(features, data, "mean", "e", options, parents);
        Assert.InRange(refit.Figures[0].AveragePrecision, 0.35, 0.65);
    }

    [Fact]
    public void A_head_ends_within_one_ten_thousandth_of_the_lowest_loss()
    {
        var simulated = Simulated.Draw(rows: 1500, width: 50, labels: 1, seed: 33, strength: 2);
        foreach (var l2 in new[] { 0.03, 0.01, 0.003 })
        {
            var options = new TrainingOptions { L2 = l2 };
            var usual = Value(simulated, options);
            var lowest = Value(simulated, options with { Tolerance = 1e-6, MaximumIterations = 1000 });
            Assert.InRange((usual - lowest) / lowest, -1e-6, 1e-4);
        }
    }

    /// <summary>The penalised loss of the head, in f64.</summary>
    private static double Value(Simulated simulated, TrainingOptions options)
    {
        var head = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", options).Heads[0];
        var standardisation = Standardisation.Of(simulated.Features, new ParallelOptions());
        return Reference.Objective(
            Reference.Standardised(simulated.Features), row => simulated.Data.Answers[row, 0] > 0, _ => 1,
            options.L2!.Value, Array.ConvertAll(standardisation.FromRaw(head.Weights, head.Bias), v => (double)v));
    }
}
