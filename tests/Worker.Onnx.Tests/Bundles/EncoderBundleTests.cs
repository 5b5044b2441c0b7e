using System.Text.Json.Nodes;
using Worker.Onnx.Bundles;

namespace Worker.Onnx.Tests.Bundles;

public sealed class EncoderBundleTests : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    public EncoderBundleTests(ImportedModels models)
    {
        foreach (var file in Directory.EnumerateFiles(models["distilbert-tiny"].Folder))
            File.Copy(file, folder.File(Path.GetFileName(file)));
    }

    public static TheoryData<string> Files =>
        ["encoder.f32.onnx", "encoder.int8.onnx", "encoder.f32.weights", "encoder.int8.weights",
            "self-check.safetensors", "vocab.txt", "tokenizer.json", "tokenizer_config.json"];

    [Fact]
    public void A_bundle_names_every_file_it_has()
    {
        var bundle = EncoderBundle.Open(folder.Path);
        Assert.Equal(Files.Select(f => f.Data).Concat(["encoder.json", "heads.jsonl"]).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(64, bundle.MaxTokens);
    }

    [Fact]
    public void The_heads_in_a_bundle_are_the_users_to_edit()
    {
        File.AppendAllText(EncoderBundle.Open(folder.Path).HeadsPath!, "\n");
        Assert.Equal(folder.File("heads.jsonl"), EncoderBundle.Open(folder.Path).HeadsPath);
        File.Delete(folder.File("heads.jsonl"));
        Assert.Null(EncoderBundle.Open(folder.Path).HeadsPath);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_truncated_edited_or_missing_file_is_named(string file)
    {
        var path = folder.File(file);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^1]);
        AssertRefused(path, "truncated", "import it again");
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        AssertRefused(path, "changed", "import it again");
        File.Delete(path);
        AssertRefused(path, "missing", "import it again");
    }

    [Fact]
    public void A_folder_that_is_no_bundle_says_how_to_make_one()
    {
        File.Delete(folder.File("encoder.json"));
        AssertRefused("encoder.json", "worker import");
    }

    [Theory]
    [InlineData("format", "99", "reads 1")]
    [InlineData("format", null, "missing")]
    [InlineData("format", "\"1\"", "cannot be read")]
    [InlineData("hash", null, "hash")]
    [InlineData("hash", "null", "hash")]
    [InlineData("hidden", "\"wide\"", "hidden")]
    public void Damaged_metadata_are_refused(string field, string? value, string named)
    {
        var path = folder.File("encoder.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json.Remove(field);
        if (value is not null)
            json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
        AssertRefused(path, named, "import it again");
    }

    [Fact]
    public void Metadata_that_are_no_json_are_refused()
    {
        File.WriteAllText(folder.File("encoder.json"), "{\"format\": 1,");
        AssertRefused("encoder.json", "cannot be read");
    }

    public void Dispose() => folder.Dispose();

    private void AssertRefused(params string[] named)
    {
        var error = Assert.Throws<EncoderException>(() => EncoderBundle.Open(folder.Path));
        Assert.All(named, part => Assert.Contains(part, error.Message));
    }
}
