using System.Collections.Immutable;
using Worker.Core.Json;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Checkpoints;

/// <summary>
/// Reads the modules of a sentence-transformers folder; refuses what cannot be done, by file and field.
/// </summary>
internal static class SentenceModelReader
{
    private const string PoolingFolder = "1_Pooling";

    /// <summary>Modes in the order in which the library lays their vectors side by side, by their two names.</summary>
    private static readonly (Pooling Pooling, string Flag, string Name)[] Modes =
    [
        (Pooling.Cls, "pooling_mode_cls_token", "cls"),
        (Pooling.Max, "pooling_mode_max_tokens", "max"),
        (Pooling.Mean, "pooling_mode_mean_tokens", "mean"),
        (Pooling.MeanSqrtLength, "pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        (Pooling.WeightedMean, "pooling_mode_weightedmean_tokens", "weightedmean"),
        (Pooling.LastToken, "pooling_mode_lasttoken", "lasttoken"),
    ];

    /// <summary>Activations of a Dense module, by the last part of their class's name, as ONNX operators.</summary>
    private static readonly (string Name, string Operator)[] Activations =
        [("Identity", ""), ("Tanh", "Tanh"), ("ReLU", "Relu"), ("GELU", "Gelu"), ("Sigmoid", "Sigmoid")];

    /// <summary>The folder's model; null if it is no sentence-transformers folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hidden">Floats in a token's vector.</param>
    /// <param name="pooled">The pooling's configuration; null if there is none.</param>
    /// <exception cref="EncoderException">Something is malformed or unsupported.</exception>
    public static SentenceModel? Read(string folder, int hidden, out JsonField? pooled)
    {
        var modules = ConfigFile.OpenList(Path.Combine(folder, "modules.json"));
        var (pooling, poolings) = (PoolingFolder, 0);
        var steps = ImmutableArray.CreateBuilder<SentenceStep>();
        foreach (var module in modules)
        {
            var (type, path) = (module["type"].Text("").Split('.')[^1], module["path"].Text(""));
            if (type == "Transformer" && path.Length > 0)
                throw module["path"].Refuse(
                    $"is '{path}': the encoder itself is there, import the folder " +
                    $"{Path.Combine(folder, path)}");
            if (type is "Pooling" && (++poolings > 1 || steps.Count > 0))
                throw module["type"].Refuse($"is a second Pooling, or comes after another layer ({path})");
            if (type is "Pooling")
                pooling = path;
            else if (type is "Dense")
                // Its place; what is there follows when the pooling is known.
                steps.Add(new DenseStep(path, 0, 0, false, ""));
            else if (type is "Normalize")
                steps.Add(new NormaliseStep());
            // Dropout is for training.
            else if (type is not ("Transformer" or "Pooling" or "Dropout"))
                throw module["type"].Refuse(
                    $"is a {type} layer ({path}), which is not applied here: remove the entry to use the features " +
                    "before it");
        }
        pooled = ConfigFile.TryOpen(Path.Combine(folder, pooling, "config.json"));
        if (modules.Count == 0 && pooled is null)
            return null;
        var modes = pooled is { } config ? Poolings(config, hidden) : [Pooling.Mean];
        var width = modes.Length * hidden;
        for (var step = 0; step < steps.Count; step++)
            if (steps[step] is DenseStep place)
            {
                var read = Dense(Path.Combine(folder, place.Weights), width);
                (steps[step], width) = (read, read.Outputs);
            }
        return new SentenceModel(modes, steps.ToImmutable());
    }

    private static ImmutableArray<Pooling> Poolings(JsonField config, int hidden)
    {
        const string Prefix = "pooling_mode_";
        foreach (var (name, field) in config.Members())
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && field.IsTrue && Modes.All(m => m.Flag != name))
                throw field.Refuse("is a pooling that is not known here: choose " +
                    $"{string.Join(", ", Modes.Select(mode => mode.Flag))}");
        if (config["word_embedding_dimension"] is { IsNull: false } width && width.Integer(1, int.MaxValue) != hidden)
            throw width.Refuse($"is {width.Shown()}, the encoder's vectors have {hidden}");
        var chosen = Modes.Where(mode => config[mode.Flag].IsTrue).Select(mode => mode.Pooling).ToList();
        // Newer files name the modes instead, one or a list.
        if (config["pooling_mode"] is { IsNull: false } named)
            foreach (var one in named.Value.ValueKind == System.Text.Json.JsonValueKind.Array
                ? named.Items() : [named])
            {
                var mode = Array.Find(Modes, mode => mode.Name == one.Text() || mode.Flag == Prefix + one.Text());
                if (mode.Name is null)
                    throw named.Refuse(
                        $"is '{one.Text()}': choose {string.Join(", ", Modes.Select(known => known.Name))}");
                if (!chosen.Contains(mode.Pooling))
                    chosen.Add(mode.Pooling);
            }
        return chosen.Count == 0 ? [Pooling.Mean] : [.. chosen.Order()];
    }

    private static DenseStep Dense(string folder, int width)
    {
        var config = ConfigFile.Open(Path.Combine(folder, "config.json"));
        foreach (var field in (ReadOnlySpan<string>)["module_input_name", "module_output_name"])
            if (config[field] is { IsNull: false } name && name.Text() != "sentence_embedding")
                throw name.Refuse($"is {name.Shown()}: only \"sentence_embedding\" is known here");
        if (config["in_features"].Integer(1, int.MaxValue) != width)
            throw config["in_features"].Refuse($"is {config["in_features"].Shown()}, the vector before it has {width}");
        var function = config["activation_function"];
        var activation = Array.Find(
            Activations, one => one.Name == function.Text("torch.nn.modules.activation.Tanh").Split('.')[^1]);
        if (activation.Name is null)
            throw function.Refuse(
                $"is {function.Shown()}: choose {string.Join(", ", Activations.Select(one => one.Name))}");
        var step = new DenseStep(
            Path.Combine(folder, "model.safetensors"), width, config["out_features"].Integer(1, int.MaxValue),
            config["bias"].Flag(true), activation.Operator);
        if (!File.Exists(step.Weights))
            throw new EncoderException($"{step.Weights} is missing: save the model as safetensors");
        using var weights = SafetensorsFile.Open(step.Weights);
        Require(weights, DenseStep.Weight, step.Outputs, step.Inputs);
        if (step.HasBias)
            Require(weights, DenseStep.Bias, step.Outputs);
        return step;
    }

    private static void Require(SafetensorsFile file, string name, params long[] shape)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor) || !tensor.Shape.SequenceEqual(shape))
            throw new EncoderException(
                $"{file.Path}: tensor '{name}' is {(tensor is null ? "missing" : $"of shape {tensor.ShapeText}")}, " +
                $"its config.json demands {SafetensorsTensor.Describe(shape)}");
    }
}
