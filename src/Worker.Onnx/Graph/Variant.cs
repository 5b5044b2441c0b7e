namespace Worker.Onnx.Graph;

/// <summary>How a graph's linear layers compute.</summary>
internal enum Variant
{
    /// <summary>f32 throughout.</summary>
    Float32,

    /// <summary>Weights quantised per output channel at import, activations as they come.</summary>
    Int8,
}
