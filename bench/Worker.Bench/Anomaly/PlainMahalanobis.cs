using Worker.Core.Numerics;
using Worker.Learning.Anomaly;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Bench.Anomaly;

/// <summary>
/// Baseline: squared distance to the nearest class's mean under the covariance that all classes share (Lee et al.
/// 2018).
/// </summary>
internal sealed class PlainMahalanobis
{
    private readonly CholeskyFactor factor;
    private readonly double[][] centres;

    private PlainMahalanobis(CholeskyFactor factor, double[][] centres) =>
        (this.factor, this.centres) = (factor, centres);

    public static PlainMahalanobis Fit(FeatureMatrix features, DataSet data)
    {
        var classes = TextClasses.From(data);
        var rows = Enumerable.Range(0, features.Rows).ToArray();
        var (means, sizes) = DiscriminantFit.Means(features, rows, classes.Of, classes.Count);
        var origin = DiscriminantFit.Origin(means, sizes, rows.Length, features.Width);
        var shared = new CholeskyFactor(
            DiscriminantFit.Within(features, rows, origin, means, sizes,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }), features.Width);
        var whitened = Enumerable.Range(0, classes.Count).Select(c =>
            means[(c * features.Width)..((c + 1) * features.Width)]).ToArray();
        foreach (var centre in whitened)
            shared.SolveLower(centre);
        return new PlainMahalanobis(shared, whitened);
    }

    public float[] Score(FeatureMatrix features)
    {
        var distances = new float[features.Rows];
        Parallel.For(0, features.Rows, row =>
        {
            var x = new double[features.Width];
            for (var k = 0; k < x.Length; k++)
                x[k] = features.Row(row)[k];
            factor.SolveLower(x);
            distances[row] = (float)centres.Min(centre =>
                System.Numerics.Tensors.TensorPrimitives.Distance<double>(x, centre));
        });
        return distances;
    }
}
