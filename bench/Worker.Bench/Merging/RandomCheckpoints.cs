using System.Text.Json;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Safetensors;

namespace Worker.Bench.Merging;

/// <summary>
/// Writes BERT classifiers with random weights that have all but their last layers in common, with the default
/// encoder's vocabulary.
/// </summary>
/// <param name="hidden">Floats in a token's vector; 768 for BERT-base.</param>
/// <param name="layers">How many layers; 12 for BERT-base.</param>
/// <param name="own">How many of them, counted from the last, are each checkpoint's own.</param>
internal sealed class RandomCheckpoints(int hidden, int layers, int own)
{
    private const int VocabularySize = 30522;
    private const int MaxPositions = 512;

    /// <summary>Writes one.</summary>
    /// <param name="vocabulary">A folder with the tokenizer's files.</param>
    /// <param name="folder">Made new.</param>
    /// <param name="number">Checkpoints of different numbers differ in their own layers.</param>
    public void Write(string vocabulary, string folder, int number)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in (ReadOnlySpan<string>)["vocab.txt", "tokenizer.json", "tokenizer_config.json"])
            File.Copy(Path.Combine(vocabulary, file), Path.Combine(folder, file));
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = "bert",
            ["architectures"] = new[] { "BertForSequenceClassification" },
            ["hidden_size"] = hidden,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = hidden / 64,
            ["intermediate_size"] = 4 * hidden,
            ["vocab_size"] = VocabularySize,
            ["max_position_embeddings"] = MaxPositions,
        }));
        var shapes = RequiredTensors.For(Config());
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
        [
            .. shapes.Select((tensor, index) => (
                tensor.Prefix + tensor.Stored, tensor.Shape.ToArray(),
                Values(tensor, new Random(IsOwn(tensor.Name) ? 1000 * (number + 1) + index : index)))),
        ]);
    }

    private EncoderConfig Config() => new()
    {
        Architecture = Architecture.Bert,
        Activation = Activation.Gelu,
        Hidden = hidden,
        Layers = layers,
        AttentionHeads = hidden / 64,
        Intermediate = 4 * hidden,
        VocabularySize = VocabularySize,
        MaxPositions = MaxPositions,
        TypeVocabularySize = 2,
        LayerNormEpsilon = 1e-12f,
        HasOwnHead = true,
        OwnLabels = ["no", "yes"],
    };

    private bool IsOwn(string name) => name.StartsWith("head.", StringComparison.Ordinal)
        || (name.Split('.') is ["layers", var layer, ..]
            && int.Parse(layer, System.Globalization.CultureInfo.InvariantCulture) >= layers - own);

    private static float[] Values(RequiredTensor tensor, Random random)
    {
        var values = new float[tensor.Shape.Aggregate(1L, (product, size) => product * size)];
        if (tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            Array.Fill(values, 1);
            return values;
        }
        // As BERT is initialised, near enough: the spread of a uniform number between -a and a is a / √3.
        for (var i = 0; i < values.Length; i++)
            values[i] = (random.NextSingle() - 0.5f) * 0.07f;
        return values;
    }
}
