using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class LbfgsTests
{
    [Fact]
    public void An_ill_conditioned_bowl_is_minimised()
    {
        // f = Σ cᵢ/2·(xᵢ − i)², condition number 1,000; half of each answer, so the scale of the tolerance is 1/2.
        const int Width = 30;
        var objective = new Objective(0, 0, 1, 1, 1, Width);
        var fit = new Lbfgs(objective, tolerance: 1e-4, maximumIterations: 1000);
        for (var evaluations = 0; !fit.Finished; evaluations++)
        {
            Assert.True(evaluations < 1000, "does not converge");
            objective.Value = 0;
            for (var k = 0; k <= Width; k++)
            {
                var (curvature, distance) = (Math.Pow(10, 3.0 * k / Width - 2), objective.At[k] - k / 10.0);
                objective.Value += curvature / 2 * distance * distance;
                objective.Gradient[k] = (float)(curvature * distance);
            }
            fit.Advance();
        }
        Assert.True(fit.Converged);
        Assert.All(fit.Point, (value, k) => Assert.Equal(k / 10.0, value, 6e-3));
    }

    [Fact]
    public void A_value_that_is_not_a_number_counts_as_too_long_a_step()
    {
        // ln x + 1/x has its minimum at 1 and does not exist below 0.
        var objective = new Objective(0, 0, 1, 1, 1, 1);
        objective.At[0] = 3;
        var fit = new Lbfgs(objective, tolerance: 1e-5, maximumIterations: 200);
        while (!fit.Finished)
        {
            double x = objective.At[0];
            objective.Value = Math.Log(x) + 1 / x;
            objective.Gradient[0] = (float)(x > 0 ? 1 / x - 1 / (x * x) : double.NaN);
            fit.Advance();
        }
        Assert.Equal(1, fit.Point[0], 1e-3);
    }

    [Fact]
    public void A_changed_penalty_leads_where_a_fresh_fit_ends_in_fewer_passes()
    {
        var simulated = Simulated.Draw(rows: 400, width: 40, labels: 1, seed: 8, strength: 2);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 2 };
        var answers = new CrossFitAnswers(simulated.Data.Answers);
        var pass = new LossPass(
            simulated.Features, Standardisation.Of(simulated.Features, parallel), answers, parallel);
        var (positives, negatives) = answers.Weigh(0, 0);
        Lbfgs Fresh(double l2) => new(new Objective(0, 0, positives, negatives, 1, 40) { L2 = l2 }, 1e-5, 500);
        int Run(Lbfgs fit)
        {
            var passes = 0;
            LbfgsBatch.Run(pass, [fit], parallel, _ => passes++);
            return passes;
        }

        var (warm, fresh) = (Fresh(0.01), Fresh(0.005));
        Run(warm);
        warm.ChangePenalty(0.005);
        Assert.False(warm.Finished);
        Assert.True(Run(warm) < Run(fresh));
        Assert.Equal(fresh.Value, warm.Value, 1e-6);
        Assert.All(fresh.Point, (value, k) => Assert.Equal(value, warm.Point[k], 1e-3));
    }
}
