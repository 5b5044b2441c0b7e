using System.Text;
using System.Text.Json;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;

namespace Worker.Tests.Pipeline;

/// <summary>
/// Messages longer than the encoder's 64 tokens, with an encoder that reads them in chunks: one message, one result,
/// and the same features everywhere.
/// </summary>
public sealed class LongMessagesTests : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly TinyModel model;

    public LongMessagesTests() => model = new TinyModel(new LongTexts(ChunkPooling.Max, Overlap: 8, MaximumChunks: 10));

    [Fact]
    public async Task A_result_says_in_how_many_chunks_a_message_was_read_and_whether_that_was_not_enough()
    {
        string[] texts = [Text(5), Text(100), Text(5), Text(150), Text(5_000), Text(100)];
        using var loaded = LoadedEncoder.Open(model.Section);
        Assert.Equal(10, loaded.Encoder.Chunking!.Maximum);
        var head = Head();
        var expected = new TextEncoder(loaded).Probabilities(
            [.. texts.Select(Encoding.UTF8.GetBytes)],
            HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With([head]));
        await using var worker = await RunningWorker.Start(model, [head], options =>
        {
            options.Window.RepeatsMb = 1;
            options.Results.Echo = "/row";
        });
        worker.Send([.. texts.Select((text, row) => JsonSerializer.Serialize(new { text, row }))]);
        var results = worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= texts.Length)
            .Where(r => r.Topic == "results").Select(RunningWorker.Json)
            .OrderBy(result => result.GetProperty("echo").GetProperty("/row").GetInt32()).ToArray();
        for (var row = 0; row < texts.Length; row++)
        {
            var (json, all) = (
                results[row], ModelFolder.Ids(loaded.Tokenizer, Encoding.UTF8.GetBytes(texts[row])).Length);
            var tokens = Math.Min(all, loaded.Encoder.MaxTextTokens);
            Assert.Equal(tokens, json.GetProperty("tokens").GetInt32());
            Assert.Equal(tokens > 64, json.TryGetProperty("chunks", out var chunks));
            if (tokens > 64)
                Assert.Equal(loaded.Encoder.Chunking.Count(tokens), chunks.GetInt32());
            Assert.Equal(all > tokens, json.TryGetProperty("truncated", out _));
            Assert.Equal(
                expected[row], json.GetProperty("labels").GetProperty("a").GetProperty("p").GetDouble(), 2e-5);
        }
        Assert.Equal(10, results[4].GetProperty("chunks").GetInt32());
        Assert.True(results[4].GetProperty("truncated").GetBoolean());
        Assert.InRange(results[3].GetProperty("chunks").GetInt32(), 2, 9);
    }

    [Fact]
    public void How_long_texts_are_read_is_part_of_the_encoders_identity()
    {
        var cut = ModelFolder.Import(Source, folder.File("cut"));
        Assert.Null(cut.Chunking);
        Assert.NotEqual(cut.Hash, model.Hash);
        var other = ModelFolder.Import(
            Source, folder.File("mean"), longTexts: new(ChunkPooling.Mean, Overlap: 8, MaximumChunks: 10));
        Assert.NotEqual(other.Hash, model.Hash);
        Assert.Equal(new Chunking(64, 1, 8, 10, ChunkPooling.Mean), other.Chunking);
        // Short texts have the same features all the same.
        Assert.Equal(Features(folder.File("cut"), Text(20)), Features(model.Bundle, Text(20)));
        Assert.NotEqual(Features(folder.File("cut"), Text(200)), Features(model.Bundle, Text(200)));
    }

    [Fact]
    public void Chunks_may_be_shorter_than_what_the_encoder_takes()
    {
        var short24 = ModelFolder.Import(
            Source, folder.File("short"), longTexts: new(ChunkPooling.Mean, Overlap: 4, ChunkTokens: 24));
        Assert.Equal(new Chunking(24, 1, 4, LongTexts.UsualChunks, ChunkPooling.Mean), short24.Chunking);
        Assert.Equal(64, short24.MaxTokens);
        Assert.NotEqual(Features(model.Bundle, Text(20)), Features(folder.File("short"), Text(20)));
        Assert.Contains("may have 64 tokens", Assert.Throws<Onnx.EncoderException>(() => ModelFolder.Import(
            Source, folder.File("refused"), longTexts: new(ChunkPooling.Mean, ChunkTokens: 65))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_overlap_that_does_not_fit_is_refused() =>
        Assert.Contains("share 0 to 31 tokens", Assert.Throws<Onnx.EncoderException>(() => ModelFolder.Import(
            Source, folder.File("refused"), longTexts: new(ChunkPooling.Mean, Overlap: 40))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_prompt_stands_before_every_chunk()
    {
        Directory.CreateDirectory(folder.File("prompted"));
        foreach (var file in Directory.EnumerateFiles(Source))
            File.Copy(file, Path.Combine(folder.File("prompted"), Path.GetFileName(file)));
        File.WriteAllText(folder.File("prompted/config_sentence_transformers.json"),
            """{"prompts": {"q": "query: "}, "default_prompt_name": "q"}""");
        ModelFolder.Import(folder.File("prompted"), folder.File("a"), longTexts: new(ChunkPooling.Mean, 8, 10));
        using var loaded = LoadedEncoder.Open(Section(folder.File("a")));
        var chunking = loaded.Encoder.Chunking!;
        var (prompt, text) = ("query: ", Text(200));
        var ids = ModelFolder.Ids(loaded.Tokenizer, Encoding.UTF8.GetBytes(text));
        var room = new int[64];
        var chunk = room[..chunking.Write(ids, chunking.Count(ids.Length), 1, room)];
        var plain = TokenizerFolder.Open(Source);
        Assert.Equal(
            ModelFolder.Ids(plain, Encoding.UTF8.GetBytes(prompt))[..^1], chunk[..chunking.Prefix]);
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    private static string Source => Repository.Golden("models", "bert-tiny");

    private static EncoderSection Section(string bundle) => new() { Bundle = bundle, Device = "cpu", Threads = 1 };

    private static string Text(int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(i => Words.Of(i * 31 % 5000 + words)));

    private static float[] Features(string bundle, string text)
    {
        using var loaded = LoadedEncoder.Open(Section(bundle));
        return new TextEncoder(loaded).Features([Encoding.UTF8.GetBytes(text)]);
    }

    private Head Head()
    {
        var random = new Random(4);
        return model.Head("a") with { Weights = [.. Enumerable.Range(0, 48).Select(_ => random.NextSingle() - 0.5f)] };
    }
}
