using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Evaluating;

namespace Worker.Learning.Tests.Calibrating;

public class PlattTests
{
    [Theory]
    [InlineData(0.5, 1, 1)]
    [InlineData(2, -3, 2)]
    [InlineData(0.01, 0.5, 3)]
    public void No_slope_and_intercept_near_it_have_a_lower_loss(double slope, double intercept, int seed)
    {
        var (logits, answers) = Draw(400, slope, intercept, seed);
        var found = Platt.Fit(logits, answers);
        var loss = SmoothedLoss(logits, answers, found);
        Assert.True(found.Slope > 0);
        // A grid around it in the convex loss's own two directions has nothing lower, so it is the minimum.
        for (var i = -20; i <= 20; i++)
            for (var j = -20; j <= 20; j++)
                Assert.True(
                    SmoothedLoss(
                        logits, answers, new Calibration(
                            found.Slope * (1 + i / 100.0), found.Intercept + j / 100.0)) >= loss - 1e-9);
    }

    [Fact]
    public void Many_rows_give_the_calibration_that_drew_them()
    {
        var (logits, answers) = Draw(200_000, 0.7, -1.2, seed: 5);
        var found = Platt.Fit(logits, answers);
        Assert.Equal(0.7, found.Slope, 0.02);
        Assert.Equal(-1.2, found.Intercept, 0.05);
        var probabilities = Array.ConvertAll(logits, z => found.Probability(z));
        Assert.True(ProbabilityMetrics.CalibrationError(probabilities, answers) < 0.005);
    }

    [Fact]
    public void Separable_logits_give_a_finite_slope()
    {
        float[] logits = [-9, -8, -7, 7, 8, 9];
        var found = Platt.Fit(logits, [false, false, false, true, true, true]);
        Assert.True(found.Slope is > 0 and < 10);
        Assert.InRange(found.Probability(9), 0.75, 0.85);
        Assert.InRange(found.Probability(-9), 0.15, 0.25);
    }

    [Fact]
    public void Logits_that_rank_backwards_or_not_at_all_give_the_share_of_positives()
    {
        foreach (var logits in (float[][])[[3, 2, 1, 0], [1, 1, 1, 1]])
        {
            var found = Platt.Fit(logits, [false, false, false, true]);
            Assert.Equal(0, found.Slope);
            // Smoothed: (1 · 2/3 + 3 · 1/5) / 4.
            Assert.Equal((2.0 / 3 + 3.0 / 5) / 4, found.Probability(100), 1e-12);
        }
    }

    [Fact]
    public void Weights_that_are_all_alike_are_no_weights()
    {
        var (logits, answers) = Draw(400, 2, -3, seed: 6);
        var (plain, weighted) = (
            Platt.Fit(logits, answers), Platt.Fit(logits, answers, weights: [.. logits.Select(_ => 7.0)]));
        Assert.Equal(plain.Slope, weighted.Slope, 1e-6);
        Assert.Equal(plain.Intercept, weighted.Intercept, 1e-6);
    }

    [Fact]
    public void Weights_undo_that_a_tenth_of_the_no_was_asked_about()
    {
        var random = new Random(7);
        var (logits, answers) = Draw(40_000, 0.7, -1.2, seed: 8);
        int[] asked = [.. Enumerable.Range(0, logits.Length).Where(i => answers[i] || random.NextDouble() < 0.1)];
        var (z, y) = (Array.ConvertAll(asked, i => logits[i]), Array.ConvertAll(asked, i => answers[i]));
        var weighted = Platt.Fit(z, y, weights: Array.ConvertAll(y, yes => yes ? 1.0 : 10));
        Assert.Equal(0.7, weighted.Slope, 0.04);
        Assert.Equal(-1.2, weighted.Intercept, 0.1);
        Assert.Equal(-1.2 + Math.Log(10), Platt.Fit(z, y).Intercept, 0.15);
    }

    [Fact]
    public void A_calibration_to_begin_with_only_saves_steps()
    {
        var (logits, answers) = Draw(2000, 0.7, -1.2, seed: 9);
        var (plain, near) = (
            Platt.Fit(logits, answers), Platt.Fit(logits, answers, new Calibration(0.9, -1)));
        Assert.Equal(plain.Slope, near.Slope, 1e-5);
        Assert.Equal(plain.Intercept, near.Intercept, 1e-5);
    }

    [Fact]
    public void Answers_of_both_kinds_are_needed()
    {
        Assert.Throws<ArgumentException>(() => Platt.Fit([1f, 2f], [true, true]));
        Assert.Throws<ArgumentException>(() => Platt.Fit([1f, 2f], [true]));
    }

    private static double SmoothedLoss(float[] logits, bool[] answers, Calibration calibration)
    {
        double positives = answers.Count(a => a), negatives = answers.Length - positives;
        return logits.Zip(answers, (z, yes) =>
        {
            var (p, t) = (calibration.Probability(z), yes ? (positives + 1) / (positives + 2) : 1 / (negatives + 2));
            return -t * Math.Log(p) - (1 - t) * Math.Log(1 - p);
        }).Sum();
    }

    private static (float[] Logits, bool[] Answers) Draw(int rows, double slope, double intercept, int seed)
    {
        var random = new Random(seed);
        var logits = Enumerable.Range(0, rows).Select(_ => (float)((random.NextDouble() * 8 - 4) / slope)).ToArray();
        var truth = new Calibration(slope, intercept);
        return (logits, Array.ConvertAll(logits, z => random.NextDouble() < truth.Probability(z)));
    }
}
