using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Worker.Core.Json;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Checkpoints;

/// <summary>Finds a text classifier's own head by its tensors, whatever its architecture is called.</summary>
internal static class OwnHeadReader
{
    private const string Sequence = "ForSequenceClassification";

    /// <summary>
    /// Tasks whose heads are not for a whole text; a token classifier's head has the same name and shape.
    /// </summary>
    private static readonly string[] OtherTasks =
    [
        "ForTokenClassification", "ForMultipleChoice", "ForQuestionAnswering", "ForMaskedLM", "ForPreTraining",
        "ForNextSentencePrediction", "LMHeadModel",
    ];

    /// <summary>The configuration with the head, if there is one.</summary>
    /// <exception cref="EncoderException">The labels are malformed.</exception>
    public static EncoderConfig Join(EncoderConfig config, JsonField file, SafetensorsShards weights)
    {
        var names = file["architectures"].Texts();
        var isNamed = names.Any(name => name.EndsWith(Sequence, StringComparison.Ordinal));
        if (!isNamed && (names.Any(IsOtherTask) || !HasTensors(config.Architecture, weights)))
            return config;
        return config with { HasOwnHead = true, OwnLabels = Labels(file, weights), OwnHeadKind = Kind(file) };
    }

    private static OwnHeadKind Kind(JsonField file) => file["problem_type"].Text("single_label_classification") switch
    {
        "single_label_classification" => OwnHeadKind.SingleLabel,
        "multi_label_classification" => OwnHeadKind.MultiLabel,
        "regression" => OwnHeadKind.Regression,
        var other => throw file["problem_type"].Refuse(
            $"is '{other}': it must be single_label_classification, multi_label_classification or regression"),
    };

    private static bool IsOtherTask(string name) =>
        OtherTasks.Any(task => name.EndsWith(task, StringComparison.Ordinal));

    /// <summary>A classifier on top of the layer that only a text's head has.</summary>
    private static bool HasTensors(Architecture architecture, SafetensorsShards weights)
    {
        string[] dense = architecture == Architecture.Bert
            ? ["bert.pooler.dense.weight", "pooler.dense.weight"] : ["pre_classifier.weight"];
        return weights.Tensors.ContainsKey("classifier.weight") && dense.Any(weights.Tensors.ContainsKey);
    }

    private static ImmutableArray<string> Labels(JsonField file, SafetensorsShards weights)
    {
        if (file["id2label"] is { IsNull: false } map)
            return Named(map);
        // Older exports only count the labels; the reference library writes nothing for its default of two.
        var count = weights.Tensors.TryGetValue("classifier.weight", out var stored) && stored.Shape.Length == 2
            ? (int)Math.Min(stored.Shape[0], int.MaxValue) : 2;
        foreach (var field in (ReadOnlySpan<string>)["num_labels", "_num_labels"])
            if (file[field].Size(count) is var named && named != count)
                throw file[field].Refuse(
                    $"is {named}, the classifier has {count} outputs: the two files do not belong together");
        return [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"LABEL_{i}"))];
    }

    private static ImmutableArray<string> Named(JsonField map)
    {
        if (!map.IsObject)
            throw map.Refuse("is not an object of label names by number");
        var labels = ImmutableArray.CreateBuilder<string>();
        while (map[labels.Count.ToString(CultureInfo.InvariantCulture)] is
            { Value.ValueKind: not JsonValueKind.Undefined } label)
            labels.Add(label.Value.ValueKind == JsonValueKind.String ? label.Text() : label.Value.GetRawText());
        if (labels.Count == 0 || labels.Count != map.Members().Count())
            throw map.Refuse($"does not number its labels 0, 1, 2, ...: {map.Shown()}");
        return labels.ToImmutable();
    }
}
