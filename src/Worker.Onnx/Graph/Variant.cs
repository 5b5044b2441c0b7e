namespace Worker.Onnx.Graph;

/// <summary>How a graph's linear layers compute.</summary>
internal enum Variant
{
    /// <summary>f32 throughout.</summary>
    Float32,

    /// <summary>Weights in 8 bits, quantised per output channel; activations in 8 bits, quantised as they come.</summary>
    Int8,

    /// <summary>The same with weights in 7 bits, for processors whose 8-bit products saturate.</summary>
    Int7,
}
