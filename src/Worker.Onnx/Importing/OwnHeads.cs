using System.Collections.Immutable;
using System.Numerics.Tensors;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Importing;

/// <summary>
/// Turns the classifiers that checkpoints have of their own into heads, on the feature <c>pooled</c>, which they read.
/// Nobody has calibrated them: their thresholds are one half.
/// </summary>
internal static class OwnHeads
{
    /// <summary>The heads of one checkpoint.</summary>
    /// <param name="name">The name of its folder. One output, or one against another, is called so; several are called
    /// <c>name/label</c>.</param>
    /// <param name="feature">The feature that its classifier reads.</param>
    /// <param name="encoder">The encoder's hash.</param>
    public static ImmutableArray<Head> Of(Checkpoint checkpoint, string name, string feature, string encoder)
    {
        var config = checkpoint.Config;
        if (!config.HasOwnHead || config.OwnHeadKind == OwnHeadKind.Regression)
            return [];
        var (hidden, count) = (config.Hidden, config.OwnLabels.Length);
        var stored = checkpoint.Read("head.classifier.weight");
        var bias = checkpoint.Read("head.classifier.bias");
        var rows = Enumerable.Range(0, count).Select(label => stored[(label * hidden)..((label + 1) * hidden)])
            .ToArray();
        if (count == 1)
            return [Made(name, rows[0], bias[0], null)];
        if (config.OwnHeadKind == OwnHeadKind.MultiLabel)
            return [.. rows.Select((row, label) => Made(Name(label), row, bias[label], null))];
        if (count == 2)
        {
            // softmax over two outputs is σ of their difference.
            TensorPrimitives.Subtract(rows[1], rows[0], rows[1]);
            return [Made(name, rows[1], bias[1] - bias[0], null)];
        }
        return Exclusive();

        // The logit of a label against all others is z − log Σ exp(others), which no single head can compute. If all
        // others are equal, it is n / (n − 1) · (z − mean) − log(n − 1); the order of labels is always softmax's.
        ImmutableArray<Head> Exclusive()
        {
            var mean = new float[hidden];
            foreach (var row in rows)
                TensorPrimitives.MultiplyAdd(row, 1f / count, mean, mean);
            var (factor, meanBias) = (count / (count - 1f), bias.Average());
            foreach (var row in rows)
            {
                TensorPrimitives.Subtract(row, mean, row);
                TensorPrimitives.Multiply(row, factor, row);
            }
            return [.. rows.Select((row, label) =>
                Made(Name(label), row, factor * (bias[label] - meanBias) - MathF.Log(count - 1), name))];
        }

        string Name(int label) => FeatureNames.Of(name, config.OwnLabels[label]);

        Head Made(string label, float[] weights, float intercept, string? group) => new()
        {
            Label = label,
            Version = 1,
            Encoder = encoder,
            Feature = feature,
            Weights = weights,
            Bias = intercept,
            Group = group,
        };
    }

    /// <summary>What a user should know about these heads; null for nothing.</summary>
    public static string? Remark(Checkpoint checkpoint) => checkpoint.Config switch
    {
        { HasOwnHead: true, OwnHeadKind: OwnHeadKind.Regression } =>
            "its classifier returns numbers (problem_type is regression): 'worker score' writes them, no head is made",
        { HasOwnHead: true, OwnHeadKind: OwnHeadKind.SingleLabel, OwnLabels.Length: > 2 } config =>
            $"its {config.OwnLabels.Length} labels exclude each other: their order is that of its softmax, " +
            "the probabilities come close to it until they are calibrated",
        _ => null,
    };
}
