using System.Text.Json;
using System.Text.Json.Nodes;
using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

/// <summary>Every text gets the ids that the reference implementation gives it.</summary>
public class GoldenTests
{
    private const int GoldenLimit = 512;
    private const int GoldenLines = 2060;

    [Theory]
    [InlineData(TokenizerFiles.VocabTextName)]
    [InlineData(TokenizerFiles.TokenizerJsonName)]
    public void Uncased(string file) =>
        AssertSame(Tokenizers.Read(Repository.MiniLm, file), Repository.Golden("tokenizer", "bert-base-uncased.jsonl"),
            GoldenLimit, GoldenLines);

    [Theory]
    [InlineData("bert-base-uncased", TokenizerFiles.VocabTextName)]
    [InlineData("bert-base-uncased", TokenizerFiles.TokenizerJsonName)]
    [InlineData("bert-base-cased", TokenizerFiles.VocabTextName)]
    [InlineData("bert-base-multilingual-cased", TokenizerFiles.VocabTextName)]
    [InlineData("bert-base-multilingual-cased", TokenizerFiles.TokenizerJsonName)]
    [InlineData("bert-base-chinese", TokenizerFiles.VocabTextName)]
    [InlineData("bert-base-chinese", TokenizerFiles.TokenizerJsonName)]
    public void Published_vocabularies(string name, string file)
    {
        var definition = Tokenizers.Read(Repository.Shared("data", "vocab", name), file);
        AssertSame(definition, Repository.Shared("golden", "tokenizer", $"{name}.jsonl"), GoldenLimit, GoldenLines);
    }

    [Theory]
    [InlineData("bert-tiny", TokenizerFiles.VocabTextName)]
    [InlineData("bert-tiny", TokenizerFiles.TokenizerJsonName)]
    [InlineData("bert-tiny-gelu-new", TokenizerFiles.TokenizerJsonName)]
    [InlineData("distilbert-tiny", TokenizerFiles.VocabTextName)]
    [InlineData("distilbert-tiny", TokenizerFiles.TokenizerJsonName)]
    public void Small_models_cut_to_their_longest_text(string model, string file)
    {
        var definition = Tokenizers.Read(Repository.Golden("models", model), file, TokenizerFiles.TokenizerConfigName);
        Assert.Equal(64, definition.ModelMaxTokens);
        AssertSame(definition, Repository.Golden("models", model, "expected.jsonl"), 64, 64);
    }

    [Fact]
    public void Default_encoder()
    {
        var definition = Tokenizers.Read(Repository.MiniLm);
        AssertSame(definition, Repository.Golden("models", "all-minilm-l6-v2", "expected.jsonl"),
            definition.ModelMaxTokens!.Value, 1);
    }

    /// <summary>
    /// A vocabulary of single characters, so that the ids show each step of normalisation: hand-picked and random
    /// Unicode, under every kind of settings; ids from tokenizers 0.23.2.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Every_setting_of_the_normalizer(int number)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Golden("tokenizer", "normalization.json")))!;
        var file = golden["tokenizer"]!.DeepClone();
        file["normalizer"] = golden["cases"]![number]!["normalizer"]!.DeepClone();
        var files = new TokenizerFiles { TokenizerJson = JsonSerializer.SerializeToUtf8Bytes(file) };
        var tokenizer = new WordPieceTokenizer(TokenizerDefinition.Read(files));
        var texts = golden["texts"]!.AsArray();
        for (var i = 0; i < texts.Count; i++)
        {
            var expected = golden["cases"]![number]!["ids"]![i]!.Deserialize<int[]>()!;
            Assert.True(expected.AsSpan().SequenceEqual(tokenizer.Ids((string)texts[i]!)),
                $"text {i}: {texts[i]!.ToJsonString()}");
        }
    }

    /// <param name="limit">To which the ids of the file are cut, if it did not do so itself.</param>
    private static void AssertSame(TokenizerDefinition definition, string path, int limit, int minimum)
    {
        var tokenizer = new WordPieceTokenizer(definition);
        var lines = 0;
        foreach (var (text, ids) in Tokenizers.Expected(path))
        {
            Assert.True(ids.Length <= limit);
            var actual = tokenizer.Ids(text, limit);
            Assert.True(
                ids.AsSpan().SequenceEqual(actual),
                $"{text}\nexpected {string.Join(' ', ids)}\nactual   {string.Join(' ', actual)}");
            lines++;
        }
        Assert.True(lines >= minimum, $"{path} has only {lines} lines");
    }
}
