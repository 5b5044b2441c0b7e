using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Worker.Onnx.Checkpoints;

/// <summary>Reads config.json of a BERT or DistilBERT folder; what it cannot honour it refuses by the field's name.</summary>
internal static class EncoderConfigReader
{
    /// <summary>Larger than any published encoder; a size beyond it is a damaged file.</summary>
    private const int MaxSize = 10_000_000;

    /// <exception cref="EncoderException">A field is missing, malformed or asks for what is not supported.</exception>
    public static EncoderConfig Read(string path)
    {
        var file = ConfigFile.Open(path);
        var architecture = file.Text("model_type") switch
        {
            "bert" => Architecture.Bert,
            "distilbert" => Architecture.DistilBert,
            var other => throw file.Refused("model_type", $"is '{other}': only 'bert' and 'distilbert' can be imported"),
        };
        RefuseUnsupported(file);
        var config = architecture == Architecture.Bert ? Bert(file) : DistilBert(file);
        if (config.Hidden % config.AttentionHeads != 0)
        {
            var field = architecture == Architecture.Bert ? "num_attention_heads" : "n_heads";
            throw file.Refused(field, $"is {config.AttentionHeads}, which does not divide the hidden size {config.Hidden}");
        }
        return config;
    }

    private static EncoderConfig Bert(ConfigFile file) => new()
    {
        Architecture = Architecture.Bert,
        Activation = ReadActivation(file, "hidden_act"),
        Hidden = Size(file, "hidden_size"),
        Layers = Size(file, "num_hidden_layers"),
        AttentionHeads = Size(file, "num_attention_heads"),
        Intermediate = Size(file, "intermediate_size"),
        VocabularySize = Size(file, "vocab_size"),
        MaxPositions = Size(file, "max_position_embeddings"),
        TypeVocabularySize = Size(file, "type_vocab_size"),
        LayerNormEpsilon = Epsilon(file),
        HasOwnHead = IsClassifier(file),
        OwnLabels = IsClassifier(file) ? Labels(file) : [],
    };

    private static EncoderConfig DistilBert(ConfigFile file) => new()
    {
        Architecture = Architecture.DistilBert,
        Activation = ReadActivation(file, "activation"),
        Hidden = Size(file, "dim"),
        Layers = Size(file, "n_layers"),
        AttentionHeads = Size(file, "n_heads"),
        Intermediate = Size(file, "hidden_dim"),
        VocabularySize = Size(file, "vocab_size"),
        MaxPositions = Size(file, "max_position_embeddings"),
        TypeVocabularySize = 0,
        // The architecture has no field for it: every DistilBERT is trained with this value.
        LayerNormEpsilon = 1e-12f,
        HasOwnHead = IsClassifier(file),
        OwnLabels = IsClassifier(file) ? Labels(file) : [],
    };

    private static void RefuseUnsupported(ConfigFile file)
    {
        if (file.Find("position_embedding_type") is { } positions && !positions.ValueEquals("absolute"))
            throw file.Refused("position_embedding_type", $"is {positions.GetRawText()}: only \"absolute\" is supported");
        foreach (var field in (ReadOnlySpan<string>)["is_decoder", "add_cross_attention"])
            if (file.IsTrue(field))
                throw file.Refused(field, "is true: only encoders can be imported");
        if (file.Find("pruned_heads") is { } pruned && pruned.ValueKind == JsonValueKind.Object && pruned.EnumerateObject().Any())
            throw file.Refused("pruned_heads", "is not empty: a checkpoint with pruned attention heads cannot be imported");
        if (file.Find("quantization_config") is not null)
            throw file.Refused("quantization_config", "is there: import the checkpoint it was quantised from");
    }

    private static int Size(ConfigFile file, string field)
    {
        var size = file.Size(field);
        return size <= MaxSize ? size : throw file.Refused(field, $"is {size}, more than {MaxSize}: the file is damaged");
    }

    private static Activation ReadActivation(ConfigFile file, string field) => file.Text(field) switch
    {
        "gelu" => Activation.Gelu,
        "gelu_new" => Activation.GeluNew,
        "relu" => Activation.Relu,
        var other => throw file.Refused(field, $"is '{other}': only gelu, gelu_new and relu are supported"),
    };

    private static float Epsilon(ConfigFile file)
    {
        if (file.Find("layer_norm_eps") is not { } value)
            return 1e-12f;
        return value.ValueKind == JsonValueKind.Number && value.GetSingle() is > 0 and < 1 and var epsilon
            ? epsilon
            : throw file.Refused("layer_norm_eps", $"is {value.GetRawText()}, expected a number between 0 and 1");
    }

    // Only a sequence classifier's head reads [CLS]; a token classifier stores a 'classifier' of the same shape.
    private static bool IsClassifier(ConfigFile file) =>
        file.Find("architectures") is { ValueKind: JsonValueKind.Array } names
        && names.EnumerateArray().Any(n => n.ValueKind == JsonValueKind.String
            && n.GetString()!.EndsWith("ForSequenceClassification", StringComparison.Ordinal));

    private static ImmutableArray<string> Labels(ConfigFile file)
    {
        // The reference library writes no id2label for the two labels that it takes by default.
        if (file.Find("id2label") is not { } map)
            return ["LABEL_0", "LABEL_1"];
        if (map.ValueKind != JsonValueKind.Object)
            throw file.Refused("id2label", "is not an object of label names by number");
        var labels = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; map.TryGetProperty(i.ToString(CultureInfo.InvariantCulture), out var label); i++)
            labels.Add(label.ValueKind == JsonValueKind.String ? label.GetString()! : label.GetRawText());
        if (labels.Count == 0 || labels.Count != map.EnumerateObject().Count())
            throw file.Refused("id2label", $"does not number its labels 0, 1, 2, ...: {map.GetRawText()}");
        return labels.ToImmutable();
    }
}
