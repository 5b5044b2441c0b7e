using System.Text.Json;

namespace Worker.Onnx.Checkpoints;

/// <summary>
/// Checks what the files of the sentence-transformers library ask for around the encoder. A worker offers the mean and
/// [CLS] of each text and scales them as its heads need. Everything beyond that is refused, with the names of the file
/// and field.
/// </summary>
internal static class SentenceFiles
{
    /// <summary>The configuration's file names, by the architecture that it was first written for.</summary>
    public static IReadOnlyList<string> ConfigNames { get; } =
        ["sentence_bert_config.json", "sentence_distilbert_config.json"];

    private const string Pooling = "1_Pooling";

    /// <summary>Checks them all.</summary>
    /// <param name="lowersCase">Whether the folder's tokenizer lower-cases texts.</param>
    /// <returns>What a user should know about the features, one line each.</returns>
    /// <exception cref="EncoderException">Something is malformed or unsupported.</exception>
    public static IReadOnlyList<string> Check(string folder, bool lowersCase)
    {
        foreach (var name in ConfigNames)
            if (ConfigFile.TryOpen(Path.Combine(folder, name)) is { } config && config.IsTrue("do_lower_case")
                && !lowersCase)
                throw config.Refused(
                    "do_lower_case",
                    "is true, but the tokenizer distinguishes upper and lower case: set do_lower_case of " +
                    "tokenizer_config.json to true");
        List<string> remarks = [];
        var pooling = Pooling;
        foreach (var module in ConfigFile.OpenList(Path.Combine(folder, "modules.json")))
        {
            var (type, path) = (module.Text("type", "").Split('.')[^1], module.Text("path", ""));
            if (type == "Transformer" && path.Length > 0)
                throw module.Refused(
                    "path", $"is '{path}': the encoder itself is there, import the folder " +
                    $"{Path.Combine(folder, path)}");
            if (type == "Pooling")
                pooling = path;
            // Heads and 'embed' scale features themselves; dropout is for training.
            if (type is not ("Transformer" or "Pooling" or "Normalize" or "Dropout"))
                throw module.Refused(
                    "type", $"is a {type} layer ({path}), which is not applied here: remove the entry to use the " +
                        "features before it");
        }
        if (ConfigFile.TryOpen(Path.Combine(folder, pooling, "config.json")) is { } pooled && IsOfCls(pooled))
            remarks.Add(
                "its own embedding of a text is the vector of [CLS]: 'train --feature cls' uses that vector, the " +
                "default uses means");
        if (ConfigFile.TryOpen(Path.Combine(folder, "config_sentence_transformers.json")) is { } prompts
            && Prompts(prompts) is { } remark)
            remarks.Add(remark);
        return remarks;
    }

    /// <summary>Whether the embedding is [CLS]; false for the mean.</summary>
    private static bool IsOfCls(ConfigFile config)
    {
        const string Prefix = "pooling_mode_";
        var modes = config.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && config.IsTrue(name))
            .Select(name => (Field: name, Mode: name[Prefix.Length..])).ToList();
        // Newer files name the mode instead.
        if (config.Find("pooling_mode") is not null)
            modes.Add(("pooling_mode", config.Text("pooling_mode", "")));
        foreach (var (field, mode) in modes)
            if (mode is not ("cls_token" or "cls" or "mean_tokens" or "mean"))
                throw config.Refused(
                    field, $"asks for '{mode}': only the mean and [CLS] are offered; remove the field to train on " +
                        "these anyway");
        var kinds = modes.Select(mode => mode.Mode is "cls_token" or "cls").Distinct().ToArray();
        return kinds.Length <= 1 ? kinds.Contains(true)
            : throw config.Refused(modes[^1].Field, "is set together with another mode: choose either mean or cls");
    }

    /// <summary>Prompts that the library puts before texts: a default one changes every text.</summary>
    private static string? Prompts(ConfigFile config)
    {
        if (config.Find("prompts") is not { ValueKind: JsonValueKind.Object } prompts)
            return null;
        var texts = prompts.EnumerateObject()
            .Where(prompt => prompt.Value.ValueKind == JsonValueKind.String && prompt.Value.GetString()!.Length > 0)
            .ToDictionary(prompt => prompt.Name, prompt => prompt.Value.GetString()!, StringComparer.Ordinal);
        if (config.Find("default_prompt_name") is not null
            && texts.TryGetValue(config.Text("default_prompt_name", ""), out var text))
            throw config.Refused(
                "default_prompt_name",
                $"puts '{text}' before every text, which is not done here: write it into the texts, or set the field " +
                "to null");
        return texts.Count == 0 ? null
            : $"its prompts ({string.Join(", ", texts.Keys.Order(StringComparer.Ordinal))}) are not put before " +
                "texts: write them into the texts where they belong";
    }
}
