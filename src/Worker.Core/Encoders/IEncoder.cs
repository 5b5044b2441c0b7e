using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Core.Encoders;

/// <summary>
/// A device that turns token ids into features and, with heads, into logits. At most <see cref="Lanes"/> callers at a
/// time.
/// </summary>
public interface IEncoder : IDisposable
{
    /// <summary>
    /// Content hash (sha256, lower-case hex) of weights, configuration and vocabulary; heads name it.
    /// </summary>
    string Hash { get; }

    /// <summary>What each row of features holds.</summary>
    FeatureLayout Features { get; }

    /// <summary>The longest row that the device takes, in tokens, [CLS] and [SEP] included.</summary>
    int MaxTokens { get; }

    /// <summary>
    /// How longer texts are read; part of <see cref="Hash"/>, because it decides their features. Null if they are cut.
    /// </summary>
    Chunking? Chunking { get; }

    /// <summary>The longest text that a window may hold, in tokens, [CLS] and [SEP] included.</summary>
    int MaxTextTokens => Chunking?.MaximumTokens ?? MaxTokens;

    /// <summary>Padded tokens of the micro-batches that this device computes fastest; it accepts any size.</summary>
    int MicroBatchTokens { get; }

    /// <summary>
    /// Micro-batches that it computes at the same time, each called from a thread of its own; at least 1. On a CPU,
    /// threads that compute a micro-batch each do not wait for one another after every operation.
    /// </summary>
    int Lanes { get; }

    /// <summary>
    /// Device and variant in words for logs, e.g. "cpu int8, 2 threads (auto: no CUDA driver)". No code depends on it.
    /// </summary>
    string Description { get; }

    /// <summary>Encodes a micro-batch and scores it with every head in one pass.</summary>
    /// <param name="batch">Token ids; no text is longer than <see cref="MaxTokens"/>.</param>
    /// <param name="heads">Weights laid out for <see cref="Features"/>; may have no labels.</param>
    /// <param name="features">Receives [texts, Features.Width]; empty when the features are not wanted.</param>
    /// <param name="logits">Receives [texts, heads.Labels]; empty when the logits are not wanted.</param>
    void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits);
}
