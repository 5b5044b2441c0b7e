using Microsoft.Extensions.AI;

namespace Worker.Embeddings;

/// <summary>The texts of one call, and what is embedded of them so far.</summary>
/// <param name="texts">UTF-8.</param>
/// <param name="stop">The caller's.</param>
internal sealed class EmbeddingJob(byte[][] texts, CancellationToken stop)
{
    private readonly TaskCompletionSource<GeneratedEmbeddings<Embedding<float>>> done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly GeneratedEmbeddings<Embedding<float>> generated = new(texts.Length);
    private long tokens;

    public Task<GeneratedEmbeddings<Embedding<float>>> Done => done.Task;

    /// <summary>Embeds the next window of the texts; true when nothing is left to do.</summary>
    /// <param name="embed">Embeds texts from a place on; adds them, and returns their tokens.</param>
    public bool TryFinish(Func<byte[][], GeneratedEmbeddings<Embedding<float>>, long> embed)
    {
        if (stop.IsCancellationRequested)
            return done.TrySetCanceled(stop);
        try
        {
            if (generated.Count < texts.Length)
                tokens += embed(texts, generated);
        }
        catch (Exception error)
        {
            return done.TrySetException(error);
        }
        if (generated.Count < texts.Length)
            return false;
        generated.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return done.TrySetResult(generated);
    }

    /// <summary>The generator is disposed of.</summary>
    public void GiveUp() => done.TrySetException(new ObjectDisposedException(nameof(EncoderEmbeddingGenerator)));
}
