using System.Text.Json;
using Worker.Core.Json;

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
    public static EncoderConfig Read(JsonField file)
    {
        var architecture = ModelType(file) switch
        {
            "bert" => Architecture.Bert,
            "distilbert" => Architecture.DistilBert,
            var other =>
                throw file["model_type"].Refuse($"is '{other}': only 'bert' and 'distilbert' can be imported"),
        };
        RefuseUnsupported(file);
        var config = architecture == Architecture.Bert ? Bert(file) : DistilBert(file);
        if (config.Hidden % config.AttentionHeads != 0)
        {
            var field = architecture == Architecture.Bert ? "num_attention_heads" : "n_heads";
            throw file[field].Refuse(
                $"is {config.AttentionHeads}, which does not divide the hidden size {config.Hidden}");
        }
        return config;
    }

    private static EncoderConfig Bert(JsonField file) => new()
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

    private static EncoderConfig DistilBert(JsonField file) => new()
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

    private static void RefuseUnsupported(JsonField file)
    {
        if (file["position_embedding_type"] is { IsNull: false } positions && positions.Text() != "absolute")
            throw positions.Refuse($"is {positions.Shown()}: only \"absolute\" is supported");
        foreach (var field in (ReadOnlySpan<string>)["is_decoder", "add_cross_attention"])
            if (file[field].IsTrue)
                throw file[field].Refuse("is true: only encoders can be imported");
        if (file["pruned_heads"] is { IsObject: true } pruned && pruned.Members().Any())
            throw pruned.Refuse("is not empty: a checkpoint with pruned attention heads cannot be imported");
        if (file["quantization_config"] is { IsNull: false } quantised)
            throw quantised.Refuse("is there: import the checkpoint it was quantised from");
    }

    private static int Size(JsonField file, string field, int fallback)
    {
        var size = file[field].Size(fallback);
        return size <= MaxSize
            ? size
            : throw file[field].Refuse($"is {size}, more than {MaxSize}: the file is damaged");
    }

    private static Activation ReadActivation(JsonField file, string field) => file[field].Text("gelu") switch
    {
        "gelu" or "gelu_python" => Activation.Gelu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => Activation.GeluNew,
        "relu" => Activation.Relu,
        var other =>
            throw file[field].Refuse(
                $"is '{other}': only gelu, gelu_new (gelu_fast, gelu_pytorch_tanh) and relu are supported"),
    };

    private static float Epsilon(JsonField file)
    {
        var field = file["layer_norm_eps"];
        if (field.IsNull)
            return 1e-12f;
        return field.Value.ValueKind == JsonValueKind.Number && field.Value.GetSingle() is > 0 and < 1 and var epsilon
            ? epsilon
            : throw field.Unexpected("a number between 0 and 1");
    }

    /// <summary>Exports of 2019 have no model_type; then the architecture's name or the fields' names decide.</summary>
    private static string ModelType(JsonField file)
    {
        if (file["model_type"] is { IsNull: false } type)
            return type.Text();
        if (file["architectures"].Texts() is [var name, ..])
            return name.StartsWith("Bert", StringComparison.Ordinal) ? "bert"
                : name.StartsWith("DistilBert", StringComparison.Ordinal) ? "distilbert"
                : throw file["architectures"].Refuse(
                    $"is '{name}', and there is no model_type: only BERT and DistilBERT can be imported");
        return !file["hidden_size"].IsNull ? "bert" : !file["dim"].IsNull ? "distilbert"
            : throw file["model_type"].Refuse("is missing: it must be 'bert' or 'distilbert'");
    }
}
