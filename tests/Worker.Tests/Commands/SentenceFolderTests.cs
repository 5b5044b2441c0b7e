using System.Text;
using System.Text.Json;
using Worker.Encoders;
using Worker.Onnx;

namespace Worker.Tests.Commands;

/// <summary>What a sentence-transformers folder asks to do to texts is done wherever its bundle is used.</summary>
public sealed class SentenceFolderTests : IDisposable
{
    private static readonly byte[][] Texts =
        [.. new[] { "Where is MY parcel", "cancel the order", "Thank you" }.Select(Encoding.UTF8.GetBytes)];

    private readonly TemporaryFolder folder = Repository.Temporary();

    [Fact]
    public void A_prompt_stands_before_every_text()
    {
        Copy("prompted", "config_sentence_transformers.json",
            """{"prompts": {"q": "query: ", "p": "passage: ", "none": ""}, "default_prompt_name": "q"}""");
        var plain = Features(Repository.Golden("models", "bert-tiny"), null);
        float[] Prompted(string prompt) => Features(
            Repository.Golden("models", "bert-tiny"), null,
            [.. Texts.Select(text => (byte[])[.. Encoding.UTF8.GetBytes(prompt), .. text])]);
        Assert.Equal(Prompted("query: "), Features(folder.File("prompted"), null));
        Assert.Equal(Prompted("passage: "), Features(folder.File("prompted"), "p"));
        Assert.Equal(plain, Features(folder.File("prompted"), ""));
        Assert.Equal(plain, Features(folder.File("prompted"), "none"));
        Assert.NotEqual(plain, Prompted("query: "));
        Assert.Contains(
            "choose from none, p, q", Assert.Throws<EncoderException>(() =>
                Features(folder.File("prompted"), "nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_that_the_text_would_go_on_is_refused()
    {
        Copy("open", "config_sentence_transformers.json",
            """{"prompts": {"q": "query"}, "default_prompt_name": "q"}""");
        var error = Assert.Throws<EncoderException>(() => Features(folder.File("open"), null));
        Assert.Contains("ends within a word", error.Message, StringComparison.Ordinal);
        Copy("long", "config_sentence_transformers.json", JsonSerializer.Serialize(new
        {
            prompts = new { q = string.Concat(Enumerable.Repeat("very ", 70)) },
            default_prompt_name = "q",
        }));
        error = Assert.Throws<EncoderException>(() => Features(folder.File("long"), null));
        Assert.Contains("leaves no room for a text within 64 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_lower_cased_where_only_the_sentence_files_ask_for_it()
    {
        const string Cased = """{"do_lower_case": false, "tokenizer_class": "BertTokenizer", "model_max_length": 64}""";
        Copy("cased", "tokenizer_config.json", Cased);
        Copy("lowered", "tokenizer_config.json", Cased);
        File.WriteAllText(folder.File("lowered/sentence_bert_config.json"), """{"do_lower_case": true}""");
        byte[][] lower = [.. Texts.Select(text => Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(text).ToLowerInvariant()))];
        Assert.Equal(Features(folder.File("cased"), null, lower), Features(folder.File("lowered"), null));
        Assert.NotEqual(Features(folder.File("cased"), null), Features(folder.File("lowered"), null));
    }

    public void Dispose() => folder.Dispose();

    private void Copy(string name, string file, string content)
    {
        Directory.CreateDirectory(folder.File(name));
        foreach (var original in Directory.EnumerateFiles(Repository.Golden("models", "bert-tiny")))
            File.Copy(original, Path.Combine(folder.File(name), Path.GetFileName(original)));
        File.WriteAllText(Path.Combine(folder.File(name), file), content);
    }

    private float[] Features(string source, string? prompt, byte[][]? texts = null)
    {
        var bundle = folder.File(Guid.NewGuid().ToString("N"));
        ModelFolder.Import(source, bundle, prompt);
        using var loaded = LoadedEncoder.Open(new EncoderSection { Bundle = bundle, Device = "cpu", Threads = 1 });
        return new TextEncoder(loaded).Features(texts ?? Texts);
    }
}
