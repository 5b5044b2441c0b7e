namespace Worker.Onnx.Graph;

/// <summary>How a graph's linear layers compute.</summary>
internal enum Variant
{
    /// <summary>f32 throughout.</summary>
    Float32,

    /// <summary>Weights are quantised per output channel at import, activations at run time.</summary>
    Int8,
}
