using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>Linear layers that read the same vector, which is therefore quantised once.</summary>
/// <param name="Name">The group's name, e.g. <c>layers.0.attention_input</c>.</param>
/// <param name="Input">The value in the graph that they read.</param>
/// <param name="Width">Floats in that vector.</param>
/// <param name="Linears">Names of the layers.</param>
internal sealed record LinearGroup(string Name, string Input, int Width, string[] Linears)
{
    /// <summary>Name of the factors that multiply an input with outliers before it is quantised; [width].</summary>
    public string Smoothing => $"{Name}.smoothing";

    public static LinearGroup AttentionInput(EncoderConfig config, int layer) => new(
        $"{Layer(layer)}.attention_input", layer == 0
            ? "embeddings.norm"
            : $"{Layer(layer - 1)}.output_norm", config.Hidden,
        [$"{Layer(layer)}.query", $"{Layer(layer)}.key", $"{Layer(layer)}.value"]);

    public static LinearGroup AttentionOutput(EncoderConfig config, int layer) =>
        Single(layer, "attention_output", "mixed.joined", config.Hidden);

    public static LinearGroup Intermediate(EncoderConfig config, int layer) =>
        Single(layer, "intermediate", "attention_norm", config.Hidden);

    public static LinearGroup Output(EncoderConfig config, int layer) =>
        Single(layer, "output", "activation", config.Intermediate);

    /// <summary>All groups of an encoder, from the first layer to the last.</summary>
    public static IEnumerable<LinearGroup> All(EncoderConfig config)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            yield return AttentionInput(config, layer);
            yield return AttentionOutput(config, layer);
            yield return Intermediate(config, layer);
            yield return Output(config, layer);
        }
    }

    private static LinearGroup Single(int layer, string linear, string input, int width) =>
        new($"{Layer(layer)}.{linear}", $"{Layer(layer)}.{input}", width, [$"{Layer(layer)}.{linear}"]);

    private static string Layer(int layer) => $"layers.{layer}";
}
