using System.Collections.Immutable;
using System.Numerics.Tensors;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Bench.Refit;

/// <summary>
/// Features and answers as an encoder and people might give them: correlated features of unequal scale, labels of .3%
/// to 20% that depend on what the features have in common, answers that are in part chance.
/// </summary>
internal static class RefitSet
{
    /// <summary>What features have in common: variances fall off as 1 / (1 + k / 8).</summary>
    private const int Common = 64;

    /// <param name="unknown">Share of the answers that nobody gave.</param>
    public static (float[] Features, DataSet Data) Draw(int rows, int width, int labels, double unknown, int seed)
    {
        var random = new Random(seed);
        var (mixing, weights) = (Normals(width * Common, random), Normals(labels * Common, random));
        var features = new float[rows * width];
        var answers = new sbyte[rows * labels];
        var names = Enumerable.Range(0, labels).Select(label => $"label{label:000}").ToImmutableArray();
        Parallel.For(0, rows, row =>
        {
            var own = new Random(seed * 7919 + row + 1);
            var common = Normals(Common, own);
            for (var k = 0; k < Common; k++)
                common[k] /= MathF.Sqrt(1 + k / 8f);
            var target = features.AsSpan(row * width, width);
            for (var k = 0; k < width; k++)
                target[k] = 0.1f * (TensorPrimitives.Dot<float>(common, mixing.AsSpan(k * Common, Common))
                    + Normal(own));
            for (var label = 0; label < labels; label++)
            {
                var share = 0.003 * Math.Pow(70, (double)label / Math.Max(1, labels - 1));
                // Tukey's approximation of the normal quantile; 3.8 is what logits and chance spread.
                var logit = 0.8 * TensorPrimitives.Dot<float>(common, weights.AsSpan(label * Common, Common))
                    + 3.8 * (Math.Pow(share, 0.135) - Math.Pow(1 - share, 0.135)) / 0.1975;
                var yes = own.NextDouble() < 1 / (1 + Math.Exp(-logit));
                answers[row * labels + label] = own.NextDouble() < unknown ? AnswerMatrix.Unknown
                    : yes ? AnswerMatrix.Yes : AnswerMatrix.No;
            }
        });
        return (features, new DataSet(new string[rows], names, new AnswerMatrix(rows, labels, answers)));
    }

    /// <summary>The first rows.</summary>
    public static (FeatureMatrix Features, DataSet Data) First(float[] features, DataSet data, int rows, int width) =>
        (new FeatureMatrix(features.AsMemory(0, rows * width), width), data.Part([.. Enumerable.Range(0, rows)]));

    private static float[] Normals(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => Normal(random))];

    private static float Normal(Random random) => (float)(
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
