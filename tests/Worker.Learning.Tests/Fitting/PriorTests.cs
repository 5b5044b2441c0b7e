using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class PriorTests
{
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public void The_penalty_is_of_the_distance_from_the_centre() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var simulated = Simulated.Draw(rows: 150, width: 6, labels: 1, seed: seed & 0xFFFF);
            var (plain, pulled) = Evaluated(simulated, new Random(seed), l2: 0.7);
            var (free, _) = Evaluated(simulated, new Random(seed), l2: 0);
            var squares = 0.0;
            for (var k = 0; k < 6; k++)
            {
                var distance = pulled.At[k] - pulled.Centre![k];
                squares += distance * distance;
                Assert.Equal(free.Gradient[k] + 0.7 * distance, pulled.Gradient[k], 1e-5);
                Assert.Equal(free.Gradient[k] + 0.7 * plain.At[k], plain.Gradient[k], 1e-5);
            }
            Assert.Equal(free.Value + 0.35 * squares, pulled.Value, 1e-5);
            // The bias is pulled nowhere.
            Assert.Equal(free.Gradient[6], pulled.Gradient[6], 1e-6);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void A_changed_penalty_leads_where_a_fresh_fit_ends()
    {
        var simulated = Simulated.Draw(rows: 800, width: 6, labels: 1, seed: 4);
        var answers = new CrossFitAnswers(simulated.Data.Answers);
        var pass = new LossPass(
            simulated.Features, Standardisation.Of(simulated.Features, TwoThreads), answers, TwoThreads);
        Lbfgs Fresh(double l2) => new(Ask(answers, new Random(5), l2, centre: true), 1e-5, 500);
        var (changed, fresh) = (Fresh(0.5), Fresh(0.05));
        LbfgsBatch.Run(pass, [changed, fresh], TwoThreads, _ => { });
        changed.ChangePenalty(0.05);
        LbfgsBatch.Run(pass, [changed], TwoThreads, _ => { });
        Assert.Equal(fresh.Value, changed.Value, 1e-6);
        Assert.Equal(fresh.Loss, changed.Loss, 1e-4);
    }

    [Fact]
    public void A_strong_prior_gives_the_head_at_hand_and_a_weak_one_what_the_examples_say()
    {
        var (old, fresh) = (Simulated.Draw(rows: 900, width: 20, labels: 1, seed: 1, strength: 2),
            Simulated.Draw(rows: 900, width: 20, labels: 1, seed: 2, strength: 2));
        var parent = Train(old, new TrainingOptions(), null);
        var strong = Train(fresh, new TrainingOptions { Prior = true, L2 = 1e5 }, parent);
        Assert.All(parent.Weights.Zip(strong.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        var weak = Train(fresh, new TrainingOptions { Prior = true, L2 = 1e-6, Tolerance = 1e-5 }, parent);
        var alone = Train(fresh, new TrainingOptions { L2 = 1e-6, Tolerance = 1e-5 }, null);
        Assert.All(alone.Weights.Zip(weak.Weights), pair => Assert.Equal(pair.First, pair.Second, 2e-3));
    }

    [Fact]
    public void A_few_new_examples_of_the_same_kind_leave_the_head_nearly_as_it_was_and_others_change_it()
    {
        var all = Simulated.Draw(rows: 3000, width: 30, labels: 1, seed: 6, strength: 3);
        var parent = Train(all, [.. Enumerable.Range(0, 2900)], new TrainingOptions(), null);
        int[] few = [.. Enumerable.Range(2900, 100)];
        var options = new TrainingOptions { Prior = true };
        Assert.True(Distance(parent, Train(all, few, options, parent))
            < 0.3 * Distance(parent, Train(all, few, new TrainingOptions(), null)));

        var turned = Simulated.Draw(rows: 2000, width: 30, labels: 1, seed: 7, strength: 3);
        Assert.True(
            Distance(parent, Train(turned, options, parent)) > Distance(parent, Train(all, few, options, parent)));
    }

    [Fact]
    public void A_feature_that_never_changes_in_the_new_examples_keeps_its_weight()
    {
        var old = Simulated.Draw(rows: 600, width: 5, labels: 1, seed: 8, strength: 2);
        var parent = Train(old, new TrainingOptions(), null);
        var fresh = Simulated.Draw(rows: 600, width: 5, labels: 1, seed: 9, strength: 2);
        for (var row = 0; row < 600; row++)
            fresh.Values[row * 5 + 2] = 3;
        Assert.Equal(parent.Weights[2], Train(fresh, new TrainingOptions { Prior = true }, parent).Weights[2]);
        Assert.Equal(0, Train(fresh, new TrainingOptions(), null).Weights[2]);
    }

    [Fact]
    public void Of_few_answers_the_calibration_and_threshold_stay_as_they_were()
    {
        var all = Simulated.Draw(rows: 3000, width: 10, labels: 1, seed: 11, strength: 2, bias: -3);
        var parent = Train(all, [.. Enumerable.Range(0, 2000)], new TrainingOptions(), null);
        parent = parent with { Thresholds = parent.Thresholds with { Decide = 0.37 } };
        var options = new TrainingOptions { Prior = true };
        var few = Train(all, [.. Enumerable.Range(2000, 120)], options, parent);
        Assert.Equal((parent.Calibration, 0.37), (few.Calibration, few.Thresholds.Decide));
        Assert.InRange(few.Training!.Positives, 5, 19);
        Assert.NotEqual(parent.Calibration, Train(all, [.. Enumerable.Range(2000, 1000)], options, parent).Calibration);
    }

    [Fact]
    public void A_label_without_a_head_is_fitted_as_ever()
    {
        var simulated = Simulated.Draw(rows: 500, width: 8, labels: 1, seed: 10);
        var with = Train(simulated, new TrainingOptions { Prior = true }, null);
        Assert.Equal(Train(simulated, new TrainingOptions(), null).Weights, with.Weights);
    }

    private static (Objective Plain, Objective Pulled) Evaluated(Simulated simulated, Random random, double l2)
    {
        var answers = new CrossFitAnswers(simulated.Data.Answers);
        var (plain, pulled) = (Ask(answers, random, l2, centre: false), Ask(answers, random, l2, centre: true));
        plain.At.CopyTo(pulled.At, 0);
        new LossPass(simulated.Features, Standardisation.Of(simulated.Features, TwoThreads), answers, TwoThreads)
            .Evaluate([plain, pulled]);
        return (plain, pulled);
    }

    private static Objective Ask(CrossFitAnswers answers, Random random, double l2, bool centre)
    {
        var width = 6;
        var (positives, negatives) = answers.Weigh(0, 0);
        float[] Drawn() => [.. Enumerable.Range(0, width + 1).Select(_ => 2 * random.NextSingle() - 1)];
        var objective = new Objective(0, 0, positives, negatives, 1, width)
        {
            L2 = l2,
            Centre = centre ? Drawn() : null,
        };
        Drawn().CopyTo(objective.At, 0);
        return objective;
    }

    private static double Distance(Head one, Head other) =>
        Math.Sqrt(one.Weights.Zip(other.Weights, (a, b) => (a - b) * (a - b)).Sum());

    private static Head Train(Simulated simulated, TrainingOptions options, Head? parent) =>
        Train(simulated, [.. Enumerable.Range(0, simulated.Features.Rows)], options, parent);

    private static Head Train(Simulated simulated, int[] rows, TrainingOptions options, Head? parent) =>
        HeadTrainer.Train(simulated.Features.Part(rows), simulated.Data.Part(rows), "mean", "e", options,
            parent is null ? null : [parent]).Heads[0];
}
