using Microsoft.Extensions.AI;
using Worker.Core.Encoders;
using Worker.Encoders;
using Worker.Onnx.Importing;

namespace Worker.Embeddings.Tests;

/// <summary>Embeddings for programs are those that the command line writes, whatever the number of texts.</summary>
public sealed class EncoderEmbeddingGeneratorTests : IDisposable
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 40).Select(i =>
        string.Join(' ', Enumerable.Range(0, i * i % 120).Select(word => Words.Of(word * 37 + i))))];

    private readonly TemporaryFolder folder = Repository.Temporary();

    [Theory]
    [InlineData(null)]
    [InlineData(ChunkPooling.Mean)]
    public async Task Vectors_are_those_of_worker_embed_scaled_to_length_1(ChunkPooling? longTexts)
    {
        using var generator = EncoderEmbeddingGenerator.Open(Import(longTexts), Cpu);
        var embedded = await generator.GenerateAsync(Texts);
        Assert.Equal(Texts.Length, embedded.Count);
        foreach (var (text, (vector, raw)) in Texts.Zip(embedded.Zip(Features())))
        {
            var norm = Math.Max(Math.Sqrt(raw.Sum(x => (double)x * x)), 1e-12);
            Assert.All(raw.Zip(vector.Vector.ToArray()), pair => Assert.Equal(pair.First / norm, pair.Second, 1e-5));
            Assert.Equal(vector.Vector.ToArray(), (await generator.GenerateAsync(text)).Vector.ToArray(), Near);
        }
        Assert.Equal(48, generator.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelDimensions);
        Assert.True(embedded.Usage!.InputTokenCount > Texts.Length * 2);
    }

    [Fact]
    public async Task Many_texts_at_once_and_from_many_threads_get_the_same_vectors()
    {
        using var generator = EncoderEmbeddingGenerator.Open(Import(null), Cpu);
        var expected = (await generator.GenerateAsync(Texts)).Select(one => one.Vector.ToArray()).ToArray();
        var many = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => generator.GenerateAsync(
            Enumerable.Repeat(Texts, 30).SelectMany(texts => texts))));
        foreach (var embedded in many)
            for (var i = 0; i < embedded.Count; i += 7)
                Assert.Equal(expected[i % Texts.Length], embedded[i].Vector.ToArray(), Near);
    }

    [Fact]
    public async Task A_cancelled_call_ends_and_the_next_one_works()
    {
        using var generator = EncoderEmbeddingGenerator.Open(Import(null), Cpu);
        using var stop = new CancellationTokenSource();
        var endless = generator.GenerateAsync(
            Enumerable.Repeat(Texts, 2_000).SelectMany(texts => texts), cancellationToken: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        Assert.Single(await generator.GenerateAsync(["hello"]));
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Fact]
    public async Task What_this_encoder_is_not_is_refused()
    {
        using var generator = EncoderEmbeddingGenerator.Open(Import(null), Cpu);
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(
            ["a"], new EmbeddingGenerationOptions { Dimensions = 7 }));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(
            ["a"], new EmbeddingGenerationOptions { ModelId = "another" }));
        Assert.Single(await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 48 }));
    }

    public void Dispose() => folder.Dispose();

    private static EmbeddingSettings Cpu => new() { Device = Onnx.Sessions.Device.Cpu, Threads = 1 };

    /// <summary>Sums over rows of other lengths are rounded differently.</summary>
    private static bool Near(float one, float other) => Math.Abs(one - other) < 1e-5;

    private string Import(ChunkPooling? longTexts) => ModelFolder.Import(
        Repository.Golden("models", "bert-tiny"), folder.File("bundle"),
        longTexts: longTexts is { } pooling ? new LongTexts(pooling, Overlap: 8, MaximumChunks: 4) : null).Folder;

    /// <summary>What worker embed --raw writes.</summary>
    private IEnumerable<float[]> Features()
    {
        using var loaded = LoadedEncoder.Open(
            new EncoderSection { Bundle = folder.File("bundle"), Device = "cpu", Threads = 1, Features = ["mean"] });
        return [.. new TextEncoder(loaded).Features([.. Texts.Select(System.Text.Encoding.UTF8.GetBytes)]).Chunk(48)];
    }
}
