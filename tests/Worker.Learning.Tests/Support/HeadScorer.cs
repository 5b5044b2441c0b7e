using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Support;

/// <summary>Probabilities of heads on existing features, e.g. for evaluating heads that were just trained.</summary>
internal static class HeadScorer
{
    /// <summary>Calibrated probabilities of every text for every head.</summary>
    /// <param name="features">[texts, width] of the heads' feature.</param>
    /// <param name="heads">Fitted to that feature of that encoder.</param>
    /// <param name="feature">Name of the feature that the matrix holds.</param>
    /// <param name="encoder">Hash of the encoder that made it.</param>
    /// <returns>[texts, heads], row-major.</returns>
    /// <exception cref="HeadRefusedException">A head is for another encoder or feature, or has another
    /// width.</exception>
    public static double[] Probabilities(
        FeatureMatrix features, IReadOnlyList<Head> heads, string feature, string encoder)
    {
        foreach (var head in heads)
            HeadCompatibility.Require(head, feature, features.Width, encoder);
        var probabilities = new double[checked(features.Rows * heads.Count)];
        Parallel.For(0, features.Rows, row =>
        {
            for (var column = 0; column < heads.Count; column++)
            {
                var head = heads[column];
                var logit = TensorPrimitives.Dot(features.Row(row), head.Weights) + head.Bias;
                probabilities[row * heads.Count + column] = head.Calibration.Probability(logit);
            }
        });
        return probabilities;
    }
}
