using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Sessions;

namespace Worker.Encoders;

/// <summary>
/// A checkpoint's own classification head, seen as an encoder whose only feature is the head's logits.
/// </summary>
internal sealed class OwnHead(Encoder encoder) : IEncoder
{
    public string Hash => encoder.Hash;

    public FeatureLayout Features { get; } = new(["own"], encoder.OwnLabels);

    public int MaxTokens => encoder.MaxTokens;

    /// <summary>Its features are logits, and are joined as those.</summary>
    public Chunking? Chunking { get; } = encoder.Chunking is { } chunking
        ? chunking with { Features = chunking.Pooling } : null;

    public int MicroBatchTokens => encoder.MicroBatchTokens;

    public int Lanes => encoder.Lanes;

    public string Description => encoder.Description;

    public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits) =>
        encoder.Score(batch, features);

    public void Dispose() => encoder.Dispose();
}
