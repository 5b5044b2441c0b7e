using System.Security.Cryptography;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Bundles;

/// <summary>Names of a bundle's files.</summary>
internal static class BundleFiles
{
    /// <summary>Large tensors in f32, of all graphs.</summary>
    public const string Weights = "encoder.f32.weights";

    /// <summary>Large tensors that only the int8 graph has.</summary>
    public const string QuantisedWeights = "encoder.int8.weights";

    /// <summary>The expected outputs of the self-check's texts: one tensor [texts, hidden] per feature.</summary>
    public const string SelfCheck = "self-check.safetensors";

    /// <summary>Heads made from the checkpoints' own classifiers, one a line; only if there are any.</summary>
    public const string Heads = "heads.jsonl";

    public const string Vocabulary = "vocab.txt";

    public const string Tokenizer = "tokenizer.json";

    public const string TokenizerConfig = "tokenizer_config.json";

    public const string AddedTokens = "added_tokens.json";

    public const string SpecialTokensMap = "special_tokens_map.json";

    /// <summary>The tokenizer's files, copied unchanged if the checkpoint has them.</summary>
    public static IReadOnlyList<string> OfTokenizer { get; } = [Vocabulary, Tokenizer, TokenizerConfig, AddedTokens,
        SpecialTokensMap];

    public static string Graph(Variant variant) => variant == Variant.Int8 ? "encoder.int8.onnx" : "encoder.f32.onnx";

    /// <summary>sha256 of a file, lower-case hex.</summary>
    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
