using System.Collections.Immutable;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Support;

/// <summary>
/// Texts whose labels follow a logistic model of their features, so that the right result of training is known.
/// </summary>
internal sealed class Simulated
{
    private Simulated(float[] features, int width, DataSet data, double[] probabilities)
    {
        Values = features;
        Features = new FeatureMatrix(features, width);
        Data = data;
        Probabilities = probabilities;
    }

    public float[] Values { get; }

    public FeatureMatrix Features { get; }

    public DataSet Data { get; }

    /// <summary>The probabilities that the answers were drawn with; [rows, labels].</summary>
    public double[] Probabilities { get; }

    /// <summary>
    /// Features with offsets and scales from 1 to 8, correlated by a common part; weights of the given strength;
    /// answers unknown with the given chance.
    /// </summary>
    public static Simulated Draw(
        int rows, int width, int labels, int seed, double strength = 1, double bias = -1, double unknown = 0)
    {
        var random = new Random(seed);
        var weights = new double[labels, width];
        foreach (ref var weight in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(
            ref weights[0, 0], weights.Length))
            weight = Normal(random) * strength / Math.Sqrt(width);
        var features = new float[rows * width];
        var answers = new sbyte[rows * labels];
        var probabilities = new double[rows * labels];
        for (var row = 0; row < rows; row++)
        {
            var logits = new double[labels];
            var common = Normal(random);
            for (var k = 0; k < width; k++)
            {
                var x = Normal(random) + 0.5 * common;
                for (var label = 0; label < labels; label++)
                    logits[label] += weights[label, k] * x;
                features[row * width + k] = (float)(x * (1 + k % 8) + k % 5);
            }
            for (var label = 0; label < labels; label++)
            {
                var p = 1 / (1 + Math.Exp(-(logits[label] + bias)));
                probabilities[row * labels + label] = p;
                var yes = random.NextDouble() < p;
                answers[row * labels + label] = random.NextDouble() < unknown
                    ? AnswerMatrix.Unknown
                    : yes ? AnswerMatrix.Yes
                    : AnswerMatrix.No;
            }
        }
        var names = Enumerable.Range(0, labels).Select(label => $"label{label:00}").ToImmutableArray();
        return new Simulated(
            features, width, new DataSet(
                new string[rows], names, new AnswerMatrix(rows, labels, answers)), probabilities);
    }

    /// <summary>The same texts with some of the labels only.</summary>
    public DataSet Only(params string[] labels) => Data.WithLabels(labels);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
