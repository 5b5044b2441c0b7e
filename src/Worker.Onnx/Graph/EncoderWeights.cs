using System.Numerics.Tensors;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>
/// Writes a checkpoint's tensors as the graphs use them, in f32: linear weights as [inputs, outputs].
/// </summary>
internal static class EncoderWeights
{
    public static void Write(Checkpoint checkpoint, WeightFile weights)
    {
        var config = checkpoint.Config;
        WriteEmbeddings(checkpoint, weights);
        WriteNorm("embeddings.norm");
        foreach (var linear in LinearGroup.All(config).SelectMany(group => group.Linears))
            WriteLinear(linear);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            WriteNorm($"layers.{layer}.attention_norm");
            WriteNorm($"layers.{layer}.output_norm");
        }
        if (config.HasOwnHead)
        {
            WriteLinear("head.dense");
            WriteLinear("head.classifier");
        }

        void WriteNorm(string name)
        {
            weights.Add($"{name}.weight", checkpoint.Read($"{name}.weight"), config.Hidden);
            weights.Add($"{name}.bias", checkpoint.Read($"{name}.bias"), config.Hidden);
        }

        void WriteLinear(string name)
        {
            var matrix = Matrix(checkpoint, name);
            weights.Add($"{name}.weight", matrix.Values, matrix.Inputs, matrix.Outputs);
            var bias = checkpoint.Read($"{name}.bias");
            TensorPrimitives.Multiply(bias, Factor(config, name), bias);
            weights.Add($"{name}.bias", bias, matrix.Outputs);
        }
    }

    /// <summary>
    /// A linear layer's weights as the graphs use them: transposed (the checkpoint holds [outputs, inputs]), and scaled
    /// for a query.
    /// </summary>
    public static LinearMatrix Matrix(Checkpoint checkpoint, string name)
    {
        var shape = checkpoint.Shape($"{name}.weight");
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var stored = checkpoint.Read($"{name}.weight");
        TensorPrimitives.Multiply(stored, Factor(checkpoint.Config, name), stored);
        var matrix = new float[stored.Length];
        for (var output = 0; output < outputs; output++)
            for (var input = 0; input < inputs; input++)
                matrix[input * outputs + output] = stored[output * inputs + input];
        return new LinearMatrix(matrix, inputs, outputs);
    }

    // Attention divides its scores by sqrt(width of a head). That is done here once, in the query.
    private static float Factor(EncoderConfig config, string linear) =>
        linear.EndsWith(".query", StringComparison.Ordinal) ? 1 / MathF.Sqrt(config.Hidden / config.AttentionHeads) : 1;

    private static void WriteEmbeddings(Checkpoint checkpoint, WeightFile weights)
    {
        var config = checkpoint.Config;
        weights.Add("embeddings.word", checkpoint.Read("embeddings.word"), config.VocabularySize, config.Hidden);
        var positions = checkpoint.Read("embeddings.position");
        if (checkpoint.Has("embeddings.type"))
        {
            // A single text has only token type 0, so that vector is the same at every position.
            var type = checkpoint.Read("embeddings.type").AsSpan(0, config.Hidden);
            for (var row = 0; row < config.MaxPositions; row++)
            {
                var position = positions.AsSpan(row * config.Hidden, config.Hidden);
                TensorPrimitives.Add(position, type, position);
            }
        }
        weights.Add("embeddings.position", positions, config.MaxPositions, config.Hidden);
    }
}

/// <summary>A linear layer's weights.</summary>
/// <param name="Values">[inputs, outputs], row-major.</param>
internal sealed record LinearMatrix(float[] Values, int Inputs, int Outputs)
{
    /// <summary>The weights that read one input; [outputs].</summary>
    public Span<float> Row(int input) => Values.AsSpan(input * Outputs, Outputs);
}
