using Worker.Onnx.Sessions;

namespace Worker.Embeddings;

/// <summary>How texts are embedded.</summary>
public sealed record EmbeddingSettings
{
    /// <summary>
    /// <c>mean</c>, <c>cls</c>, <c>layerN</c>, <c>taps</c>, or several joined by <c>+</c>. Default: <c>sentence</c>,
    /// which is what a sentence-transformers folder asks for, or <c>mean</c> where it asks for that.
    /// </summary>
    public string? Feature { get; init; }

    /// <summary>Whether embeddings have the length 1. Default true.</summary>
    public bool Normalises { get; init; } = true;

    /// <summary>Default: auto.</summary>
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Default: auto, which is f32.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>CPU threads; 0 (the default): as many as the process may use.</summary>
    public int Threads { get; init; }

    internal EncoderOptions Options(string feature) => new()
    {
        Device = Device,
        Precision = Precision,
        Threads = Threads,
        Features = [feature],
    };
}
