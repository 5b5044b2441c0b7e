using System.Collections.Immutable;

namespace Worker.Onnx.Checkpoints;

/// <summary>A tensor that an architecture needs.</summary>
/// <param name="Name">Our name for it, the same for every architecture, e.g. <c>layers.0.query.weight</c>.</param>
/// <param name="Stored">The architecture's own name in a bare checkpoint, e.g.
/// <c>encoder.layer.0.attention.self.query.weight</c>.</param>
/// <param name="Prefix">The prefix in a checkpoint with a task's head on top (<c>bert.</c>); empty for the head's own
/// tensors.</param>
/// <param name="Shape">The shape that the configuration demands.</param>
internal sealed record RequiredTensor(string Name, string Stored, string Prefix, ImmutableArray<long> Shape);

/// <summary>Which tensors a configuration needs, and their names in each architecture.</summary>
internal static class RequiredTensors
{
    /// <summary>Names of a layer's parts: ours, BERT's and DistilBERT's.</summary>
    private static readonly (string Name, string Bert, string DistilBert)[] LayerParts =
    [
        ("query", "attention.self.query", "attention.q_lin"),
        ("key", "attention.self.key", "attention.k_lin"),
        ("value", "attention.self.value", "attention.v_lin"),
        ("attention_output", "attention.output.dense", "attention.out_lin"),
        ("attention_norm", "attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate", "intermediate.dense", "ffn.lin1"),
        ("output", "output.dense", "ffn.lin2"),
        ("output_norm", "output.LayerNorm", "output_layer_norm"),
    ];

    public static ImmutableArray<RequiredTensor> For(EncoderConfig config)
    {
        var bert = config.Architecture == Architecture.Bert;
        var prefix = bert ? "bert." : "distilbert.";
        var hidden = config.Hidden;
        var tensors = ImmutableArray.CreateBuilder<RequiredTensor>();

        Add("embeddings.word", "embeddings.word_embeddings.weight", prefix, config.VocabularySize, hidden);
        Add("embeddings.position", "embeddings.position_embeddings.weight", prefix, config.MaxPositions, hidden);
        if (config.TypeVocabularySize > 0)
            Add("embeddings.type", "embeddings.token_type_embeddings.weight", prefix, config.TypeVocabularySize,
                hidden);
        AddPair("embeddings.norm", "embeddings.LayerNorm", prefix, hidden);
        for (var layer = 0; layer < config.Layers; layer++)
            foreach (var (name, bertName, distilBertName) in LayerParts)
                AddPair($"layers.{layer}.{name}",
                    bert ? $"encoder.layer.{layer}.{bertName}" : $"transformer.layer.{layer}.{distilBertName}",
                    prefix,
                    PartShape(name));
        if (config.HasOwnHead)
        {
            if (bert)
                AddPair("head.dense", "pooler.dense", prefix, hidden, hidden);
            else
                AddPair("head.dense", "pre_classifier", "", hidden, hidden);
            AddPair("head.classifier", "classifier", "", config.OwnLabels.Length, hidden);
        }
        return tensors.ToImmutable();

        long[] PartShape(string part) => part switch
        {
            "attention_norm" or "output_norm" => [hidden],
            "intermediate" => [config.Intermediate, hidden],
            "output" => [hidden, config.Intermediate],
            _ => [hidden, hidden],
        };

        void AddPair(string name, string stored, string before, params ReadOnlySpan<long> shape)
        {
            Add($"{name}.weight", $"{stored}.weight", before, shape);
            Add($"{name}.bias", $"{stored}.bias", before, shape[0]);
        }

        void Add(string name, string stored, string before, params ReadOnlySpan<long> shape) =>
            tensors.Add(new RequiredTensor(name, stored, before, [.. shape]));
    }
}
