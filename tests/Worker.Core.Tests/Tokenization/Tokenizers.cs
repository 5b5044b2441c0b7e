using System.Text.Json;
using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

/// <summary>Tokenizers to test with, and the reference's ids of texts.</summary>
internal static class Tokenizers
{
    private static readonly Lazy<WordPieceTokenizer> LazyMiniLm = new(() =>
        new WordPieceTokenizer(Read(Repository.MiniLm)));

    /// <summary>The default encoder's tokenizer, of the bert-base-uncased vocabulary.</summary>
    public static WordPieceTokenizer MiniLm => LazyMiniLm.Value;

    /// <summary>The definition in a Hugging Face folder.</summary>
    /// <param name="names">The files to take, if there; all of them by default.</param>
    public static TokenizerDefinition Read(string folder, params string[] names) =>
        TokenizerDefinition.Read(new TokenizerFiles
        {
            TokenizerJson = Bytes(folder, TokenizerFiles.TokenizerJsonName, names),
            TokenizerConfig = Bytes(folder, TokenizerFiles.TokenizerConfigName, names),
            VocabText = Bytes(folder, TokenizerFiles.VocabTextName, names),
        });

    public static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>The ids of a text, with a limit.</summary>
    public static int[] Ids(this WordPieceTokenizer tokenizer, ReadOnlySpan<byte> utf8, int limit = 512)
    {
        var ids = new int[limit];
        return ids[..tokenizer.Encode(utf8, ids, out _)];
    }

    public static int[] Ids(this WordPieceTokenizer tokenizer, string text, int limit = 512) =>
        tokenizer.Ids(Utf8(text), limit);

    /// <summary>Texts and their ids from JSON lines with "text" and "ids".</summary>
    public static IEnumerable<(string Text, int[] Ids)> Expected(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            yield return (
                json.RootElement.GetProperty("text").GetString()!, Integers(json.RootElement.GetProperty("ids")));
        }
    }

    public static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    private static byte[]? Bytes(string folder, string name, string[] names)
    {
        var path = Path.Combine(folder, name);
        return (names.Length == 0 || names.Contains(name)) && File.Exists(path) ? File.ReadAllBytes(path) : null;
    }
}
