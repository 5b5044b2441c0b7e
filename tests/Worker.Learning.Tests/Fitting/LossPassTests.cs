using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class LossPassTests
{
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public void Value_and_gradient_are_those_of_the_plain_formula()
    {
        // Sizes that are not multiples of blocks, chunks or tiles; masks, held-out folds and positive weights.
        var cases =
            from rows in Gen.Choose(8, 700)
            from width in Gen.Choose(1, 20)
            from labels in Gen.Choose(1, 37)
            from seed in Gen.Choose(0, 1_000_000)
            select (rows, width, labels, seed);

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var simulated = Simulated.Draw(c.rows, c.width, c.labels, c.seed, unknown: 0.3);
            var random = new Random(c.seed);
            var answers = new CrossFitAnswers(simulated.Data.Answers);
            for (var label = 0; label < c.labels; label++)
                answers.CrossFit(label, 3, random);
            var objectives = Enumerable.Range(0, c.labels).Select(label => Ask(answers, label, random, c.width))
                .ToArray();
            new LossPass(simulated.Features, Standardisation.Of(simulated.Features, TwoThreads), answers, TwoThreads)
                .Evaluate(objectives);

            var x = Reference.Standardised(simulated.Features);
            foreach (var objective in objectives.Where(o => o.TotalWeight > 0))
            {
                double Value(double[] p) =>
                    Reference.Objective(x, row => answers[row, objective.Label] > 0,
                    row => Weight(answers, objective, row), objective.L2, p);
                var point = Array.ConvertAll(objective.At, v => (double)v);
                Assert.Equal(Value(point), objective.Value, 1e-5 * Math.Max(1, objective.Value));
                for (var k = 0; k <= c.width; k++)
                {
                    const double H = 1e-5;
                    var (up, down) = ((double[])point.Clone(), (double[])point.Clone());
                    up[k] += H;
                    down[k] -= H;
                    Assert.Equal((Value(up) - Value(down)) / (2 * H), objective.Gradient[k], 2e-4);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public void Held_out_logits_are_written_for_held_out_rows_only()
    {
        var simulated = Simulated.Draw(rows: 203, width: 9, labels: 2, seed: 5, unknown: 0.2);
        var answers = new CrossFitAnswers(simulated.Data.Answers);
        answers.CrossFit(0, 2, new Random(1));
        Objective[] objectives = [Ask(answers, 0, new Random(2), 9, heldOut: 1),
            Ask(answers, 0, new Random(3), 9, heldOut: 2)];
        var logits = Enumerable.Repeat(float.NaN, 203).ToArray();
        int[] rows = [.. Enumerable.Range(0, 203)];
        new LossPass(simulated.Features, Standardisation.Of(simulated.Features, TwoThreads), answers, TwoThreads)
            .Predict(objectives, [rows, rows], [logits, logits]);

        var x = Reference.Standardised(simulated.Features);
        for (var row = 0; row < 203; row++)
        {
            var fold = Math.Abs(answers[row, 0]);
            if (fold == 0)
                Assert.True(float.IsNaN(logits[row]));
            else
                Assert.Equal(x[row].Zip(objectives[fold - 1].At, (a, b) => a * b).Sum(), logits[row], 1e-4);
        }
    }

    [Fact]
    public void Huge_logits_give_finite_losses_and_do_not_leak_from_masked_rows()
    {
        var simulated = Simulated.Draw(rows: 100, width: 3, labels: 1, seed: 1);
        var answers = new CrossFitAnswers(simulated.Data.Answers);
        var objective = Ask(answers, 0, new Random(1), 3, heldOut: 0);
        objective.L2 = 0;
        objective.At.AsSpan().Fill(1e30f);
        new LossPass(simulated.Features, Standardisation.Of(simulated.Features, TwoThreads), answers, TwoThreads)
            .Evaluate([objective]);
        Assert.True(double.IsFinite(objective.Value) && objective.Value > 1e28);
        Assert.All(objective.Gradient, g => Assert.True(Math.Abs(g) <= 10));
    }

    private static double Weight(CrossFitAnswers answers, Objective objective, int row)
    {
        var code = answers[row, objective.Label];
        return code == 0 || Math.Abs(code) == objective.HeldOut ? 0 : code > 0 ? objective.PositiveWeight : 1;
    }

    private static Objective Ask(CrossFitAnswers answers, int label, Random random, int width, int? heldOut = null)
    {
        var fold = heldOut ?? random.Next(4);
        var (positives, negatives) = answers.Weigh(label, fold);
        var objective = new Objective(label, fold, positives, negatives, 0.5 + 3 * random.NextDouble(), width)
        {
            L2 = random.NextDouble(),
        };
        for (var k = 0; k <= width; k++)
            objective.At[k] = (float)(random.NextDouble() * 2 - 1);
        return objective;
    }
}
