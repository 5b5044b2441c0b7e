using System.Numerics.Tensors;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>Writes a checkpoint's tensors as the graphs use them: linear weights as [inputs, outputs].</summary>
internal static class EncoderWeights
{
    /// <summary>The zero point of every quantised weight: they are symmetric.</summary>
    public const string ZeroPoint = "zero_point";

    private static readonly string[] Linears = ["query", "key", "value", "attention_output", "intermediate", "output"];

    public static string QuantisedName(string linear, Variant variant) =>
        $"{linear}.weight.{(variant == Variant.Int8 ? "int8" : "int7")}";

    public static string ScaleName(string quantised) => $"{quantised}.scale";

    public static void Write(Checkpoint checkpoint, WeightFile weights)
    {
        var config = checkpoint.Config;
        weights.Add(ZeroPoint, new sbyte[1]);
        WriteEmbeddings(checkpoint, weights);
        WriteNorm("embeddings.norm");
        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var linear in Linears)
                WriteLinear($"layers.{layer}.{linear}", string.Equals(linear, "query", StringComparison.Ordinal));
            WriteNorm($"layers.{layer}.attention_norm");
            WriteNorm($"layers.{layer}.output_norm");
        }
        if (config.HasOwnHead)
        {
            WritePlainLinear("head.dense");
            WritePlainLinear("head.classifier");
        }

        void WriteNorm(string name)
        {
            weights.Add($"{name}.weight", checkpoint.Read($"{name}.weight"), config.Hidden);
            weights.Add($"{name}.bias", checkpoint.Read($"{name}.bias"), config.Hidden);
        }

        void WritePlainLinear(string name)
        {
            var (matrix, inputs, outputs) = Transposed(checkpoint, name);
            weights.Add($"{name}.weight", matrix, inputs, outputs);
            weights.Add($"{name}.bias", checkpoint.Read($"{name}.bias"), outputs);
        }

        void WriteLinear(string name, bool isQuery)
        {
            var (matrix, inputs, outputs) = Transposed(checkpoint, name);
            var bias = checkpoint.Read($"{name}.bias");
            if (isQuery)
            {
                // Attention divides its scores by sqrt(width of a head): done here once and for all.
                var factor = 1 / MathF.Sqrt(config.Hidden / config.AttentionHeads);
                TensorPrimitives.Multiply(matrix, factor, matrix);
                TensorPrimitives.Multiply(bias, factor, bias);
            }
            weights.Add($"{name}.weight", matrix, inputs, outputs);
            weights.Add($"{name}.bias", bias, outputs);
            foreach (var variant in (ReadOnlySpan<Variant>)[Variant.Int8, Variant.Int7])
            {
                var (quantised, scales) = ChannelQuantisation.Quantise(matrix, outputs, variant == Variant.Int8 ? 127 : 63);
                weights.Add(QuantisedName(name, variant), quantised, inputs, outputs);
                weights.Add(ScaleName(QuantisedName(name, variant)), scales, outputs);
            }
        }
    }

    private static void WriteEmbeddings(Checkpoint checkpoint, WeightFile weights)
    {
        var config = checkpoint.Config;
        weights.Add("embeddings.word", checkpoint.Read("embeddings.word"), config.VocabularySize, config.Hidden);
        var positions = checkpoint.Read("embeddings.position");
        if (checkpoint.Has("embeddings.type"))
        {
            // One text is all of token type 0, so its vector is the same at every position.
            var type = checkpoint.Read("embeddings.type").AsSpan(0, config.Hidden);
            for (var row = 0; row < config.MaxPositions; row++)
            {
                var position = positions.AsSpan(row * config.Hidden, config.Hidden);
                TensorPrimitives.Add(position, type, position);
            }
        }
        weights.Add("embeddings.position", positions, config.MaxPositions, config.Hidden);
    }

    // The checkpoint holds [outputs, inputs].
    private static (float[] Matrix, int Inputs, int Outputs) Transposed(Checkpoint checkpoint, string name)
    {
        var shape = checkpoint.Shape($"{name}.weight");
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var stored = checkpoint.Read($"{name}.weight");
        var matrix = new float[stored.Length];
        for (var output = 0; output < outputs; output++)
            for (var input = 0; input < inputs; input++)
                matrix[input * outputs + output] = stored[output * inputs + input];
        return (matrix, inputs, outputs);
    }
}
