using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Bench.Delivery;

/// <summary>
/// An encoder that costs nothing, so that only the pipeline is measured. A text's only feature is its length in tokens.
/// </summary>
/// <param name="perText">Time to wait for each text, for a slow one.</param>
internal sealed class TrivialEncoder(TimeSpan perText) : IEncoder
{
    private readonly ManualResetEventSlim never = new();

    public string Hash => new('0', 64);

    public FeatureLayout Features { get; } = new(["mean"], 1);

    public int MaxTokens => 256;

    public Chunking? Chunking => null;

    public int MicroBatchTokens => 512;

    public int Lanes => 1;

    public string Description => "trivial";

    public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        if (perText > TimeSpan.Zero)
            never.Wait(perText * batch.Count);
        for (var text = 0; text < batch.Count; text++)
        {
            var length = batch.Lengths[text];
            if (!features.IsEmpty)
                features[text] = length;
            for (var label = 0; !logits.IsEmpty && label < heads.Labels; label++)
                logits[text * heads.Labels + label] = length * heads.Weights[label] + heads.Bias[label];
        }
    }

    public void Dispose() => never.Dispose();
}
