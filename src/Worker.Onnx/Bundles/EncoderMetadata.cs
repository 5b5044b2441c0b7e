using System.Collections.Immutable;
using System.Text.Json;
using Worker.Core.Encoders;

namespace Worker.Onnx.Bundles;

/// <summary>What encoder.json says about a bundle.</summary>
internal sealed record EncoderMetadata
{
    public const string FileName = "encoder.json";

    /// <summary>The layout of bundles that this build writes and reads.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Layout version of the bundle.</summary>
    public required int Format { get; init; }

    /// <summary>Version of the product that wrote it.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>Content hash: sha256, lower-case hex (<see cref="ContentHash"/>).</summary>
    public required string Hash { get; init; }

    /// <summary>Architecture in words, e.g. <c>bert, 6 layers of 384, gelu</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Floats in one feature.</summary>
    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    /// <summary>Token ids are below this.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The longest row of a micro-batch, in tokens.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How longer texts are read; null if they are cut.</summary>
    public Chunking? Chunking { get; init; }

    /// <summary>Names of the features that sessions can choose from.</summary>
    public required ImmutableArray<string> Features { get; init; }

    /// <summary>Labels of the checkpoints' own classification heads, one after the other; empty without one.</summary>
    public required ImmutableArray<string> OwnLabels { get; init; }

    /// <summary>Floats in features that have another number than <see cref="Hidden"/>, by name.</summary>
    public ImmutableSortedDictionary<string, int> Widths { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Put before every text; empty for nothing.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Whether texts are lower-cased although the tokenizer's files keep case.</summary>
    public bool LowersCase { get; init; }

    /// <summary>The checkpoints that were merged, in their order; empty if there was only one.</summary>
    public ImmutableArray<MergedCheckpoint> Merged { get; init; } = [];

    /// <summary>How far int8 was from f32 at the import; null in bundles of before this was measured.</summary>
    public QuantisationReport? Int8 { get; init; }

    /// <summary>
    /// Token ids of the self-check's texts; their expected outputs are in <see cref="BundleFiles.SelfCheck"/>.
    /// </summary>
    public required ImmutableArray<ImmutableArray<int>> SelfCheck { get; init; }

    /// <summary>sha256 of every other file, lower-case hex, by file name.</summary>
    public required ImmutableSortedDictionary<string, string> Files { get; init; }

    public void Write(string folder)
    {
        using var file = File.Create(Path.Combine(folder, FileName));
        JsonSerializer.Serialize(file, this, Json);
    }

    /// <exception cref="EncoderException">The file is missing, damaged or of another format.</exception>
    public static EncoderMetadata Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new EncoderException(
                $"{path} is missing: {folder} is not an encoder bundle, make one with 'worker import'");
        try
        {
            var bytes = File.ReadAllBytes(path);
            // The format first, because another one may lack or add fields.
            using (var json = JsonDocument.Parse(bytes))
                if (!json.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out var number)
                    || number != CurrentFormat)
                    throw new EncoderException(
                        $"{path}: format " +
                        (format.ValueKind == JsonValueKind.Undefined ? "is missing" : format.GetRawText()) +
                        $", this build reads {CurrentFormat}: import it again");
            return JsonSerializer.Deserialize<EncoderMetadata>(bytes, Json)!;
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{path}: cannot be read ({error.Message}): import it again", error);
        }
    }
}
