using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class StandardisationTests
{
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public void Means_and_deviations_are_measured_even_far_from_zero()
    {
        var simulated = Simulated.Draw(rows: 5000, width: 10, labels: 1, seed: 3);
        for (var i = 0; i < simulated.Values.Length; i += 10)
            simulated.Values[i] += 4096;
        var measured = Standardisation.Of(simulated.Features, TwoThreads);
        for (var k = 0; k < 10; k++)
        {
            var column = Enumerable.Range(0, 5000).Select(row => (double)simulated.Features.Row(row)[k]).ToArray();
            var mean = column.Average();
            Assert.Equal(mean, measured.Mean[k], 1e-6 * Math.Abs(mean) + 1e-6);
            Assert.Equal(1 / Math.Sqrt(column.Average(x => (x - mean) * (x - mean))), measured.Scale[k], 1e-5);
        }
    }

    [Fact]
    public void A_constant_feature_gets_no_weight()
    {
        float[] values = [3, 0.1f, 4, 0.1f, 8, 0.1f];
        var measured = Standardisation.Of(new FeatureMatrix(values, 2), TwoThreads);
        Assert.Equal(0, measured.Scale[1]);
        Assert.Equal(0, measured.ToRaw([1, 1, 0]).Weights[1]);
    }

    [Fact]
    public void Raw_and_standardised_parameters_give_the_same_logit()
    {
        var simulated = Simulated.Draw(rows: 100, width: 10, labels: 1, seed: 3);
        var measured = Standardisation.Of(simulated.Features, TwoThreads);
        var parameters = Enumerable.Range(0, 11).Select(k => (float)Math.Sin(k)).ToArray();
        var (weights, bias) = measured.ToRaw(parameters);
        var x = simulated.Features.Row(7).ToArray();
        var standardised = Enumerable.Range(0, 10).Sum(k =>
            parameters[k] * (x[k] - measured.Mean[k]) * measured.Scale[k]) + parameters[10];
        Assert.Equal(standardised, weights.Zip(x, (w, v) => (double)w * v).Sum() + bias, 1e-4);
        Assert.All(measured.FromRaw(weights, bias), (value, k) => Assert.Equal(parameters[k], value, 1e-5));
    }
}
