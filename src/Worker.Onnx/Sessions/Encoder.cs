using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Sessions;

/// <summary>
/// An encoder bundle in an ONNX Runtime session. Inputs are in memory that is reused from call to call; outputs are
/// written directly to the caller's memory. One caller at a time.
/// </summary>
public sealed unsafe class Encoder : IEncoder
{
    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly RunOptions run = new();
    private readonly PaddedBatch padded = new();
    private readonly BoundHeads heads;
    private readonly HeadMatrix noHeads;
    private readonly EncoderBundle bundle;
    private readonly long[] outputShape = new long[2];
    private readonly SessionPlan plan;

    internal Encoder(
        EncoderBundle bundle, FeatureLayout features, InferenceSession session, SessionPlan plan, string description)
    {
        this.bundle = bundle;
        this.session = session;
        this.plan = plan;
        Features = features;
        Description = description;
        binding = session.CreateIoBinding();
        heads = new BoundHeads(binding, features.Width);
        noHeads = HeadMatrix.None(features);
    }

    public string Hash => bundle.Hash;

    public FeatureLayout Features { get; }

    public int MaxTokens => bundle.MaxTokens;

    public Chunking? Chunking => bundle.Chunking;

    public int MicroBatchTokens => plan.MicroBatchTokens;

    public string Description { get; }

    /// <summary>Where it runs: the CPU or CUDA, never <see cref="Device.Auto"/>.</summary>
    public Device Device => plan.Device;

    /// <summary>
    /// Logits of the checkpoint's own head; 0 unless the encoder was created with
    /// <see cref="EncoderOptions.OwnLogits"/>.
    /// </summary>
    public int OwnLabels => plan.OwnLogits ? bundle.OwnLabels.Length : 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length, id or span does not fit.</exception>
    public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        Check(features.Length, batch.Count, Features.Width, nameof(features));
        Check(logits.Length, batch.Count, heads.Labels, nameof(logits));
        if (features.IsEmpty && logits.IsEmpty)
            return;
        Bind(batch, heads);
        fixed (float* featuresAt = features, logitsAt = logits)
        {
            if (!features.IsEmpty)
                BindOutput(GraphNames.Features, featuresAt, batch.Count, Features.Width);
            if (!logits.IsEmpty)
                BindOutput(GraphNames.Logits, logitsAt, batch.Count, heads.Labels);
            session.RunWithBinding(run, binding);
        }
    }

    /// <summary>Scores a micro-batch with the checkpoint's own classification head.</summary>
    /// <param name="batch">Token ids.</param>
    /// <param name="logits">Receives [texts, <see cref="OwnLabels"/>].</param>
    /// <exception cref="InvalidOperationException">The encoder was created without its own head.</exception>
    public void Score(in MicroBatch batch, Span<float> logits)
    {
        if (OwnLabels == 0)
            throw new InvalidOperationException($"the encoder was created without {nameof(EncoderOptions.OwnLogits)}");
        Check(logits.Length, batch.Count, OwnLabels, nameof(logits));
        if (logits.IsEmpty)
            return;
        Bind(batch, noHeads);
        fixed (float* logitsAt = logits)
        {
            BindOutput(GraphNames.OwnLogits, logitsAt, batch.Count, OwnLabels);
            session.RunWithBinding(run, binding);
        }
    }

    public void Dispose()
    {
        heads.Dispose();
        binding.Dispose();
        session.Dispose();
        run.Dispose();
        padded.Dispose();
    }

    private static void Check(int length, int texts, int width, string name)
    {
        if (length != 0 && length != (long)texts * width)
            throw new ArgumentException($"{length} floats were given for {texts} texts of {width}", name);
    }

    // Outputs of the previous call point into memory that its caller owns again, so they are unbound first.
    private void Bind(in MicroBatch batch, HeadMatrix matrix)
    {
        binding.ClearBoundOutputs();
        padded.Fill(batch, MaxTokens, bundle.VocabularySize);
        padded.Bind(binding);
        heads.Bind(matrix);
    }

    private void BindOutput(string name, float* address, int rows, int columns)
    {
        outputShape[0] = rows;
        outputShape[1] = columns;
        using var value =
            OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, outputShape,
            (nint)address, sizeof(float) * (long)rows * columns);
        binding.BindOutput(name, value);
    }
}
