using System.Text.Json;

namespace Worker.Onnx.Checkpoints;

/// <summary>
/// Reads config.json of a BERT or DistilBERT folder. It refuses what it cannot honour, and names the field.
/// </summary>
internal static class EncoderConfigReader
{
    /// <summary>Larger than any published encoder; a size beyond it is a damaged file.</summary>
    private const int MaxSize = 10_000_000;

    /// <summary>All but the checkpoint's own head (<see cref="OwnHeadReader"/>).</summary>
    /// <remarks>A field that is absent has the value that the reference library gives it.</remarks>
    /// <exception cref="EncoderException">A field is malformed or unsupported.</exception>
    public static EncoderConfig Read(ConfigFile file)
    {
        var architecture = ModelType(file) switch
        {
            "bert" => Architecture.Bert,
            "distilbert" => Architecture.DistilBert,
            var other =>
                throw file.Refused("model_type", $"is '{other}': only 'bert' and 'distilbert' can be imported"),
        };
        RefuseUnsupported(file);
        var config = architecture == Architecture.Bert ? Bert(file) : DistilBert(file);
        if (config.Hidden % config.AttentionHeads != 0)
        {
            var field = architecture == Architecture.Bert ? "num_attention_heads" : "n_heads";
            throw file.Refused(
                field, $"is {config.AttentionHeads}, which does not divide the hidden size {config.Hidden}");
        }
        return config;
    }

    private static EncoderConfig Bert(ConfigFile file) => new()
    {
        Architecture = Architecture.Bert,
        Activation = ReadActivation(file, "hidden_act"),
        Hidden = Size(file, "hidden_size", 768),
        Layers = Size(file, "num_hidden_layers", 12),
        AttentionHeads = Size(file, "num_attention_heads", 12),
        Intermediate = Size(file, "intermediate_size", 3072),
        VocabularySize = Size(file, "vocab_size", 30522),
        MaxPositions = Size(file, "max_position_embeddings", 512),
        TypeVocabularySize = Size(file, "type_vocab_size", 2),
        LayerNormEpsilon = Epsilon(file),
        HasOwnHead = false,
        OwnLabels = [],
    };

    private static EncoderConfig DistilBert(ConfigFile file) => new()
    {
        Architecture = Architecture.DistilBert,
        Activation = ReadActivation(file, "activation"),
        Hidden = Size(file, "dim", 768),
        Layers = Size(file, "n_layers", 6),
        AttentionHeads = Size(file, "n_heads", 12),
        Intermediate = Size(file, "hidden_dim", 3072),
        VocabularySize = Size(file, "vocab_size", 30522),
        MaxPositions = Size(file, "max_position_embeddings", 512),
        TypeVocabularySize = 0,
        // The architecture has no field for it: every DistilBERT is trained with this value.
        LayerNormEpsilon = 1e-12f,
        HasOwnHead = false,
        OwnLabels = [],
    };

    private static void RefuseUnsupported(ConfigFile file)
    {
        if (file.Find("position_embedding_type") is { } positions && !positions.ValueEquals("absolute"))
            throw file.Refused(
                "position_embedding_type", $"is {positions.GetRawText()}: only \"absolute\" is supported");
        foreach (var field in (ReadOnlySpan<string>)["is_decoder", "add_cross_attention"])
            if (file.IsTrue(field))
                throw file.Refused(field, "is true: only encoders can be imported");
        if (file.Find("pruned_heads") is { } pruned && pruned.ValueKind == JsonValueKind.Object
            && pruned.EnumerateObject().Any())
            throw file.Refused(
                "pruned_heads", "is not empty: a checkpoint with pruned attention heads cannot be imported");
        if (file.Find("quantization_config") is not null)
            throw file.Refused("quantization_config", "is there: import the checkpoint it was quantised from");
    }

    private static int Size(ConfigFile file, string field, int fallback)
    {
        var size = file.Size(field, fallback);
        return size <= MaxSize
            ? size
            : throw file.Refused(field, $"is {size}, more than {MaxSize}: the file is damaged");
    }

    private static Activation ReadActivation(ConfigFile file, string field) => file.Text(field, "gelu") switch
    {
        "gelu" or "gelu_python" => Activation.Gelu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => Activation.GeluNew,
        "relu" => Activation.Relu,
        var other =>
            throw file.Refused(
                field, $"is '{other}': only gelu, gelu_new (gelu_fast, gelu_pytorch_tanh) and relu are supported"),
    };

    private static float Epsilon(ConfigFile file)
    {
        if (file.Find("layer_norm_eps") is not { } value)
            return 1e-12f;
        return value.ValueKind == JsonValueKind.Number && value.GetSingle() is > 0 and < 1 and var epsilon
            ? epsilon
            : throw file.Refused("layer_norm_eps", $"is {value.GetRawText()}, expected a number between 0 and 1");
    }

    /// <summary>Exports of 2019 have no model_type; then the architecture's name or the fields' names decide.</summary>
    private static string ModelType(ConfigFile file)
    {
        if (file.Find("model_type") is not null)
            return file.Text("model_type", "");
        if (file.Texts("architectures") is [var name, ..])
            return name.StartsWith("Bert", StringComparison.Ordinal) ? "bert"
                : name.StartsWith("DistilBert", StringComparison.Ordinal) ? "distilbert"
                : throw file.Refused(
                    "architectures",
                    $"is '{name}', and there is no model_type: only BERT and DistilBERT can be imported");
        return file.Find("hidden_size") is not null ? "bert" : file.Find("dim") is not null ? "distilbert"
            : throw file.Refused("model_type", "is missing: it must be 'bert' or 'distilbert'");
    }
}
