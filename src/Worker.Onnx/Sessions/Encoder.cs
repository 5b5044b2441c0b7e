using Microsoft.ML.OnnxRuntime;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Sessions;

/// <summary>
/// An encoder bundle in an ONNX Runtime session, with as many lanes as callers may call it at a time. On a CPU a
/// session of one thread computes on its caller's, so the lanes share weights and nothing else.
/// </summary>
public sealed unsafe class Encoder : IEncoder
{
    private readonly InferenceSession session;
    private readonly Stack<EncoderLane> free = new();
    private readonly HeadMatrix noHeads;
    private readonly EncoderBundle bundle;
    private readonly SessionPlan plan;

    internal Encoder(
        EncoderBundle bundle, FeatureLayout features, InferenceSession session, SessionPlan plan, string description)
    {
        this.bundle = bundle;
        this.session = session;
        this.plan = plan;
        Features = features;
        Description = description;
        for (var lane = 0; lane < plan.Lanes; lane++)
            free.Push(new EncoderLane(session, features.Width));
        noHeads = HeadMatrix.None(features);
    }

    public string Hash => bundle.Hash;

    public FeatureLayout Features { get; }

    public int MaxTokens => bundle.MaxTokens;

    public Chunking? Chunking => bundle.Chunking;

    public int MicroBatchTokens => plan.MicroBatchTokens;

    public int Lanes => plan.Lanes;

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
    /// <exception cref="InvalidOperationException">More callers than <see cref="Lanes"/>.</exception>
    public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        Check(features.Length, batch.Count, Features.Width, nameof(features));
        Check(logits.Length, batch.Count, heads.Labels, nameof(logits));
        if (features.IsEmpty && logits.IsEmpty)
            return;
        var lane = Take();
        try
        {
            lane.Bind(batch, heads, MaxTokens, bundle.VocabularySize);
            fixed (float* featuresAt = features, logitsAt = logits)
            {
                if (!features.IsEmpty)
                    lane.BindOutput(GraphNames.Features, featuresAt, batch.Count, Features.Width);
                if (!logits.IsEmpty)
                    lane.BindOutput(GraphNames.Logits, logitsAt, batch.Count, heads.Labels);
                lane.Run();
            }
        }
        finally
        {
            Return(lane);
        }
    }

    /// <summary>Scores a micro-batch with the checkpoint's own classification head.</summary>
    /// <param name="batch">Token ids.</param>
    /// <param name="logits">Receives [texts, <see cref="OwnLabels"/>].</param>
    /// <exception cref="InvalidOperationException">The encoder was created without its own head, or more callers than
    /// <see cref="Lanes"/>.</exception>
    public void Score(in MicroBatch batch, Span<float> logits)
    {
        if (OwnLabels == 0)
            throw new InvalidOperationException($"the encoder was created without {nameof(EncoderOptions.OwnLogits)}");
        Check(logits.Length, batch.Count, OwnLabels, nameof(logits));
        if (logits.IsEmpty)
            return;
        var lane = Take();
        try
        {
            lane.Bind(batch, noHeads, MaxTokens, bundle.VocabularySize);
            fixed (float* logitsAt = logits)
            {
                lane.BindOutput(GraphNames.OwnLogits, logitsAt, batch.Count, OwnLabels);
                lane.Run();
            }
        }
        finally
        {
            Return(lane);
        }
    }

    public void Dispose()
    {
        while (free.TryPop(out var lane))
            lane.Dispose();
        session.Dispose();
    }

    private static void Check(int length, int texts, int width, string name)
    {
        if (length != 0 && length != (long)texts * width)
            throw new ArgumentException($"{length} floats were given for {texts} texts of {width}", name);
    }

    private EncoderLane Take()
    {
        lock (free)
            return free.TryPop(out var lane)
                ? lane
                : throw new InvalidOperationException($"the encoder has {Lanes} lanes, and more callers");
    }

    private void Return(EncoderLane lane)
    {
        lock (free)
            free.Push(lane);
    }
}
