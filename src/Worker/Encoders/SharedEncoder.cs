using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Encoders;

/// <summary>
/// One encoder for several users in one process. Each micro-batch is a turn, first come first served, and as many turns
/// run at a time as the encoder has lanes: a request waits for one micro-batch of the stream's window, not for all of
/// it. Any thread.
/// </summary>
internal sealed class SharedEncoder(IEncoder inner) : IEncoder
{
    private readonly object gate = new();
    private long next;
    private long done;

    public string Hash => inner.Hash;

    public FeatureLayout Features => inner.Features;

    public int MaxTokens => inner.MaxTokens;

    public Chunking? Chunking => inner.Chunking;

    public int MicroBatchTokens => inner.MicroBatchTokens;

    public int Lanes => inner.Lanes;

    public string Description => inner.Description;

    public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        Await();
        try
        {
            inner.Run(batch, heads, features, logits);
        }
        finally
        {
            lock (gate)
            {
                done++;
                Monitor.PulseAll(gate);
            }
        }
    }

    public void Dispose() => inner.Dispose();

    private void Await()
    {
        lock (gate)
        {
            var mine = next++;
            while (mine - done >= inner.Lanes)
                Monitor.Wait(gate);
        }
    }
}
