using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>Linear layers that read the same vector, which is therefore quantised once.</summary>
/// <param name="Name">The group's name, e.g. <c>layers.0.attention_input</c>.</param>
/// <param name="Input">The value in the graph that they read.</param>
/// <param name="Width">Floats in that vector.</param>
/// <param name="Linears">The layers.</param>
internal sealed record LinearGroup(string Name, string Input, int Width, Linear[] Linears)
{
    /// <summary>Name of the factors that multiply an input with outliers before it is quantised; [width].</summary>
    public string Smoothing => $"{Name}.smoothing";

    public static LinearGroup AttentionInput(EncoderConfig config, EncoderLayer layer) => new(
        $"{layer.Name}.attention_input", layer.Input, config.Hidden,
        [layer.Linear("query"), layer.Linear("key"), layer.Linear("value")]);

    public static LinearGroup AttentionOutput(EncoderConfig config, EncoderLayer layer) =>
        Single(layer, "attention_output", "mixed.joined", config.Hidden);

    public static LinearGroup Intermediate(EncoderConfig config, EncoderLayer layer) =>
        Single(layer, "intermediate", "attention_norm", config.Hidden);

    public static LinearGroup Output(EncoderConfig config, EncoderLayer layer) =>
        Single(layer, "output", "activation", config.Intermediate);

    /// <summary>All groups of an encoder, from the first layer to the last.</summary>
    public static IEnumerable<LinearGroup> All(EncoderTree tree)
    {
        foreach (var layer in tree.Layers)
        {
            yield return AttentionInput(tree.Config, layer);
            yield return AttentionOutput(tree.Config, layer);
            yield return Intermediate(tree.Config, layer);
            yield return Output(tree.Config, layer);
        }
    }

    private static LinearGroup Single(EncoderLayer layer, string linear, string input, int width) =>
        new($"{layer.Name}.{linear}", $"{layer.Name}.{input}", width, [layer.Linear(linear)]);
}
