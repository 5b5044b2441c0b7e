using System.Numerics.Tensors;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>
/// Writes the tensors of checkpoints as the graphs use them, in f32: linear weights as [inputs, outputs].
/// </summary>
internal static class EncoderWeights
{
    /// <summary>Rows and columns that are transposed at a time.</summary>
    private const int Tile = 32;

    public static void Write(EncoderTree tree, WeightFile weights)
    {
        var config = tree.Config;
        WriteEmbeddings(tree.Trunk, weights);
        WriteNorm("embeddings.norm", tree.Trunk, "embeddings.norm");
        foreach (var linear in LinearGroup.All(tree).SelectMany(group => group.Linears))
            WriteLinear(linear);
        foreach (var layer in tree.Layers)
            foreach (var norm in (ReadOnlySpan<string>)["attention_norm", "output_norm"])
                WriteNorm($"{layer.Name}.{norm}", layer.Source, $"layers.{layer.Number}.{norm}");
        foreach (var branch in tree.Branches)
            if (branch.Source.Config.HasOwnHead)
            {
                WriteLinear(branch.Dense);
                WriteLinear(branch.Classifier);
            }

        if (tree.Sentence is { } sentence)
            SentenceBlock.WriteWeights(sentence, weights);

        void WriteNorm(string name, Checkpoint source, string stored)
        {
            weights.Add($"{name}.weight", source.Read($"{stored}.weight"), config.Hidden);
            weights.Add($"{name}.bias", source.Read($"{stored}.bias"), config.Hidden);
        }

        void WriteLinear(Linear linear)
        {
            var matrix = Matrix(linear);
            weights.Add($"{linear.Name}.weight", matrix.Values, matrix.Inputs, matrix.Outputs);
            var bias = linear.Source.Read($"{linear.Stored}.bias");
            TensorPrimitives.Multiply(bias, Factor(linear), bias);
            weights.Add($"{linear.Name}.bias", bias, matrix.Outputs);
        }
    }

    /// <summary>
    /// A linear layer's weights as the graphs use them: transposed (the checkpoint holds [outputs, inputs]), and scaled
    /// for a query.
    /// </summary>
    public static LinearMatrix Matrix(Linear linear)
    {
        var shape = linear.Source.Shape($"{linear.Stored}.weight");
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var stored = linear.Source.Read($"{linear.Stored}.weight");
        TensorPrimitives.Multiply(stored, Factor(linear), stored);
        return new LinearMatrix(Transposed(stored, outputs, inputs), inputs, outputs);
    }

    /// <summary>[outputs, inputs] to [inputs, outputs].</summary>
    public static float[] Transposed(float[] stored, int outputs, int inputs)
    {
        var matrix = GC.AllocateUninitializedArray<float>(stored.Length);
        // In tiles, so that both sides stay in the cache.
        for (var top = 0; top < outputs; top += Tile)
            for (var left = 0; left < inputs; left += Tile)
                for (var output = top; output < Math.Min(top + Tile, outputs); output++)
                    for (var input = left; input < Math.Min(left + Tile, inputs); input++)
                        matrix[input * outputs + output] = stored[output * inputs + input];
        return matrix;
    }

    // Attention divides its scores by sqrt(width of a head). That is done here once, in the query.
    private static float Factor(Linear linear) =>
        linear.Stored.EndsWith(".query", StringComparison.Ordinal)
            ? 1 / MathF.Sqrt(linear.Source.Config.Hidden / linear.Source.Config.AttentionHeads) : 1;

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
