using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.AI;
using Worker.Core.Anomaly;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Tokenization;
using Worker.Core.Windows;
using Worker.Onnx;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;

namespace Worker.Embeddings;

/// <summary>
/// An imported encoder as Microsoft.Extensions.AI's generator of embeddings: the vectors that <c>worker embed</c>
/// writes. Any number of threads may call it; one thread owns the device, and takes a window of each call in turn. Long
/// texts are read as the bundle says, cut or in chunks.
/// </summary>
public sealed class EncoderEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>A window closes at so many bytes of texts: a call that is cancelled ends after it.</summary>
    private const int WindowBytes = 64 << 10;

    private readonly IEncoder encoder;
    private readonly WordPieceTokenizer tokenizer;
    private readonly WindowEncoder windows;
    private readonly HeadMatrix noHeads;
    private readonly bool normalises;
    private readonly EmbeddingGeneratorMetadata metadata;
    private readonly BlockingCollection<EmbeddingJob> waiting = [];
    private readonly Thread owner;

    private EncoderEmbeddingGenerator(
        IEncoder encoder, WordPieceTokenizer tokenizer, string model, bool normalises)
    {
        this.encoder = encoder;
        this.tokenizer = tokenizer;
        this.normalises = normalises;
        windows = new WindowEncoder(encoder, encoder.MicroBatchTokens);
        noHeads = HeadMatrix.None(encoder.Features);
        metadata = new EmbeddingGeneratorMetadata(
            "worker", defaultModelId: model, defaultModelDimensions: encoder.Features.Width);
        owner = new Thread(Own) { IsBackground = true, Name = "embeddings" };
        owner.Start();
    }

    /// <summary>Opens a bundle, as <c>worker import</c> writes it.</summary>
    /// <param name="bundle">Its folder.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="EncoderException">The bundle or the device cannot be used.</exception>
    public static EncoderEmbeddingGenerator Open(string bundle, EmbeddingSettings? settings = null)
    {
        settings ??= new EmbeddingSettings();
        var opened = EncoderBundle.Open(bundle);
        return new EncoderEmbeddingGenerator(
            EncoderFactory.Create(opened, settings.Options(settings.Feature ?? opened.EmbeddingFeature)),
            TokenizerFolder.Open(opened), opened.Hash, settings.Normalises);
    }

    /// <summary>Embeds texts, in their order. The usage counts the tokens that were read.</summary>
    /// <param name="values">Any number of texts.</param>
    /// <param name="options">A number of dimensions or a model is refused if it is not this encoder's.</param>
    /// <param name="cancellationToken">Is looked at before each window of texts.</param>
    /// <exception cref="NotSupportedException">The options ask for something else than this encoder.</exception>
    /// <exception cref="EncoderException">The encoder fails on a text; the message says on which.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Check(options);
        var job = new EmbeddingJob([.. values.Select(Encoding.UTF8.GetBytes)], cancellationToken);
        waiting.Add(job, cancellationToken);
        return job.Done;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Waits for a window that is being computed; calls that are not finished fail.</summary>
    public void Dispose()
    {
        if (waiting.IsAddingCompleted)
            return;
        waiting.CompleteAdding();
        owner.Join();
        encoder.Dispose();
    }

    /// <summary>The device's thread: a window of each call in turn.</summary>
    private void Own()
    {
        foreach (var job in waiting.GetConsumingEnumerable())
            if (waiting.IsAddingCompleted || (!job.TryFinish(Add) && !TryTakeTurns(job)))
                job.GiveUp();
    }

    /// <summary>Puts a call behind the others; false if there is no more after this.</summary>
    private bool TryTakeTurns(EmbeddingJob job)
    {
        try
        {
            waiting.Add(job);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Embeds the next window; returns how many tokens it had.</summary>
    private long Add(byte[][] texts, GeneratedEmbeddings<Embedding<float>> generated)
    {
        var (start, bytes) = (generated.Count, 0L);
        using var window = new TokenWindow(texts.Length - start);
        for (var i = start; i < texts.Length && bytes < WindowBytes; i++)
        {
            window.Add(tokenizer.Encode(texts[i], window.Room(encoder.MaxTextTokens), out _));
            bytes += texts[i].Length;
        }
        var width = encoder.Features.Width;
        var features = new float[window.Count * width];
        var poison = windows.Run(window, noHeads, features, default);
        if (poison.Count > 0)
            throw new EncoderException(
                $"text {start + poison[0].Text} cannot be embedded: {poison[0].Error.Message}", poison[0].Error);
        if (normalises)
            AnomalyTexts.Normalise(features, width);
        for (var i = 0; i < window.Count; i++)
            generated.Add(new Embedding<float>(features.AsMemory(i * width, width)) { ModelId = encoder.Hash });
        return window.Tokens;
    }

    private void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != encoder.Features.Width)
            throw new NotSupportedException(
                $"embeddings of {dimensions} floats were asked for, this encoder's have {encoder.Features.Width}");
        if (options?.ModelId is { } model && !string.Equals(model, encoder.Hash, StringComparison.Ordinal))
            throw new NotSupportedException($"model '{model}' was asked for, this encoder is {encoder.Hash}");
    }
}
