using System.ComponentModel.DataAnnotations;

namespace Worker.Onnx.Sessions;

/// <summary>Where an encoder runs.</summary>
public enum Device
{
    /// <summary>CUDA if it is available, otherwise the CPU; the description says why.</summary>
    Auto,

    Cpu,

    /// <summary>CUDA, or an error that says what is missing.</summary>
    Cuda,
}

/// <summary>Arithmetic of the linear layers.</summary>
public enum Precision
{
    /// <summary>
    /// f32: heads and embeddings are then those of the checkpoint itself. int8 must be chosen explicitly.
    /// </summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>
    /// 8-bit integers, CPU only: over twice as fast, embeddings at a mean cosine of about .99 to f32's.
    /// </summary>
    Int8,
}

/// <summary>How an encoder is to be run.</summary>
public sealed record EncoderOptions
{
    /// <summary>The most CPU threads that can be asked for.</summary>
    public const int MaximumThreads = 1024;

    /// <summary>Default: auto.</summary>
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Default: auto.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>CPU threads; 0 (the default): as many as the process may use.</summary>
    [Range(0, MaximumThreads)]
    public int Threads { get; init; }

    /// <summary>
    /// CPU threads that compute one micro-batch together. Default 1: each thread computes micro-batches of its own, as
    /// many at a time as there are threads.
    /// </summary>
    [Range(1, MaximumThreads)]
    public int BatchThreads { get; init; } = 1;

    /// <summary>
    /// Features returned for each text, in order; <c>taps</c> and <c>all</c> mean several. Default: <c>mean</c>.
    /// </summary>
    [MinLength(1)]
    public IReadOnlyList<string> Features { get; init; } = ["mean"];

    /// <summary>
    /// Whether <see cref="Encoder.Score"/> is wanted: logits of the checkpoint's own classification head.
    /// </summary>
    public bool OwnLogits { get; init; }

    /// <summary>
    /// Whether a CPU computes the graph as it is stored, to measure what its changes for a CPU are worth. Default: no.
    /// </summary>
    public bool AsStored { get; init; }
}

/// <summary>What one session is opened with.</summary>
/// <param name="Threads">CPU threads that compute one micro-batch; at least 1.</param>
/// <param name="Lanes">Micro-batches that are computed at the same time; 1 on a GPU.</param>
/// <param name="AsStored">Whether a CPU computes the graph without changes.</param>
internal sealed record SessionPlan(
    Device Device, Graph.Variant Variant, int Threads, bool OwnLogits, int Lanes = 1, bool AsStored = false)
{
    /// <summary>On a CPU the activations stay in its cache; a GPU is kept busy.</summary>
    public int MicroBatchTokens => Device == Device.Cuda ? 16_384 : 512;
}
