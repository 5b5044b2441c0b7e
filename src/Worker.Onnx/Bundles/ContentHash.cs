using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Worker.Core.Encoders;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Bundles;

/// <summary>
/// The identity of an encoder: sha256 over everything that decides a text's features. That is the configuration, the
/// token limit, every weight as f32 (so f16 and f32 files of the same values are the same encoder), the vocabulary and
/// the tokenizer's settings; not the file's layout, and not the features or variant that a session chooses.
/// </summary>
internal static class ContentHash
{
    /// <summary>Fields of tokenizer_config.json that change a text's tokens.</summary>
    private static readonly string[] TokenizerFields =
        ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "clean_text", "wordpieces_prefix", "unk_token",
            "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>
    /// Fields of special_tokens_map.json (and, the last two, of tokenizer_config.json) that name tokens.
    /// </summary>
    private static readonly string[] ExtraTokenFields =
        ["unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "additional_special_tokens",
            "extra_special_tokens"];

    /// <summary>Parts of tokenizer.json that change a text's tokens.</summary>
    private static readonly string[] TokenizerParts = ["normalizer", "pre_tokenizer", "post_processor", "added_tokens",
        "model"];

    /// <summary>Of checkpoints that were merged: their names count, because features are called after them.</summary>
    /// <param name="checkpoints">Each one's name and own hash, in their order.</param>
    /// <returns>Lower-case hex.</returns>
    public static string OfMerged(IEnumerable<(string Name, string Hash)> checkpoints)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, own) in checkpoints)
            Append(hash, name, Encoding.UTF8.GetBytes(own));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <param name="sentence">What a sentence-transformers folder asks for; counts only where it changes a text's
    /// tokens, or its embedding beyond the mean's length.</param>
    /// <param name="chunking">How longer texts are read; null if they are cut.</param>
    /// <returns>Lower-case hex.</returns>
    public static string Of(Checkpoint checkpoint, int maxTokens, SentenceFiles sentence, Chunking? chunking)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var config = checkpoint.Config;
        Append(hash, "config", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{config.Architecture} {config.Activation} {config.Hidden} {config.Layers} {config.AttentionHeads} " +
            $"{config.Intermediate} {config.LayerNormEpsilon:R} {maxTokens}")));
        foreach (var name in checkpoint.Names)
        {
            Append(hash, name, MemoryMarshal.AsBytes(checkpoint.Shape(name).AsSpan()));
            Append(hash, name, MemoryMarshal.AsBytes(checkpoint.Read(name).AsSpan()));
        }
        var vocabulary = Path.Combine(checkpoint.Folder, BundleFiles.Vocabulary);
        if (File.Exists(vocabulary))
            Append(hash, BundleFiles.Vocabulary, File.ReadAllBytes(vocabulary));
        AppendFields(hash, Path.Combine(checkpoint.Folder, BundleFiles.TokenizerConfig), TokenizerFields);
        AppendExtraTokens(hash, checkpoint.Folder);
        AppendFields(hash, Path.Combine(checkpoint.Folder, BundleFiles.Tokenizer), TokenizerParts);
        AppendSentence(hash, sentence);
        if (chunking is not null)
            Append(hash, "chunks", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{chunking.Pooling} {chunking.RowTokens} {chunking.Overlap} {chunking.Maximum}")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendSentence(IncrementalHash hash, SentenceFiles sentence)
    {
        if (sentence.Prompt.Length > 0)
            Append(hash, "prompt", Encoding.UTF8.GetBytes(sentence.Prompt));
        if (sentence.LowersCase)
            Append(hash, "lower case", []);
        if (sentence.Model is not { IsMean: false } model)
            return;
        Append(hash, "sentence", Encoding.UTF8.GetBytes(model.Describe()));
        foreach (var dense in model.Steps.OfType<DenseStep>())
        {
            using var weights = SafetensorsFile.Open(dense.Weights);
            foreach (var (name, tensor) in weights.Tensors.OrderBy(one => one.Key, StringComparer.Ordinal))
                Append(hash, name, MemoryMarshal.AsBytes(weights.Read(tensor).AsSpan()));
        }
    }

    /// <summary>
    /// Tokens that are named in addition to the vocabulary, without the usual ones that every encoder has.
    /// </summary>
    private static void AppendExtraTokens(IncrementalHash hash, string folder)
    {
        // tokenizer.json lists its tokens itself.
        if (!File.Exists(Path.Combine(folder, BundleFiles.Tokenizer)))
        {
            AppendFields(hash, Path.Combine(folder, BundleFiles.TokenizerConfig), ["added_tokens_decoder"]);
            if (ConfigFile.TryOpen(Path.Combine(folder, BundleFiles.AddedTokens)) is { } added)
                AppendFields(hash, Path.Combine(folder, BundleFiles.AddedTokens),
                    [.. added.Members().Select(one => one.Name).Order(StringComparer.Ordinal)]);
        }
        foreach (var (name, fields) in new[]
        {
            (BundleFiles.TokenizerConfig, ExtraTokenFields[^2..]), (BundleFiles.SpecialTokensMap, ExtraTokenFields),
        })
            if (ConfigFile.TryOpen(Path.Combine(folder, name)) is { } file)
                AppendFields(
                    hash, Path.Combine(folder, name),
                    [.. fields.Where(field => !IsUsual(file[field].Value, field))]);
    }

    private static bool IsUsual(JsonElement value, string field) => value switch
    {
        { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => true,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0,
        { ValueKind: JsonValueKind.Object } token when token.TryGetProperty("content", out var content) =>
            IsName(content, field),
        _ => IsName(value, field),
    };

    private static bool IsName(JsonElement token, string field) =>
        token.ValueKind == JsonValueKind.String
            && token.ValueEquals($"[{field[..^"_token".Length].ToUpperInvariant()}]");

    private static void AppendFields(IncrementalHash hash, string path, string[] fields)
    {
        if (ConfigFile.TryOpen(path) is not { } file)
            return;
        foreach (var field in fields)
            if (file[field] is { IsNull: false } named)
                Append(hash, $"{Path.GetFileName(path)}:{field}", Canonical(named.Value));
    }

    // The order of properties and the spacing make no difference.
    private static byte[] Canonical(JsonElement value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            Write(json, value);
        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    // Framed by lengths, so that different contents never give the same bytes.
    private static void Append(IncrementalHash hash, string key, ReadOnlySpan<byte> content)
    {
        Span<byte> length = stackalloc byte[8];
        var name = Encoding.UTF8.GetBytes(key);
        BinaryPrimitives.WriteInt64LittleEndian(length, name.Length);
        hash.AppendData(length);
        hash.AppendData(name);
        BinaryPrimitives.WriteInt64LittleEndian(length, content.Length);
        hash.AppendData(length);
        hash.AppendData(content);
    }
}
