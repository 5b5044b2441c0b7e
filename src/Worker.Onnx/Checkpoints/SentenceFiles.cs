using System.Text.Json;
using Worker.Core.Json;

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
            if (ConfigFile.TryOpen(Path.Combine(folder, name)) is { } config && config["do_lower_case"].IsTrue
                && !lowersCase)
                throw config["do_lower_case"].Refuse(
                    "is true, but the tokenizer distinguishes upper and lower case: set do_lower_case of " +
                    "tokenizer_config.json to true");
        List<string> remarks = [];
        var pooling = Pooling;
        foreach (var module in ConfigFile.OpenList(Path.Combine(folder, "modules.json")))
        {
            var (type, path) = (module["type"].Text("").Split('.')[^1], module["path"].Text(""));
            if (type == "Transformer" && path.Length > 0)
                throw module["path"].Refuse(
                    $"is '{path}': the encoder itself is there, import the folder " +
                    $"{Path.Combine(folder, path)}");
            if (type == "Pooling")
                pooling = path;
            // Heads and 'embed' scale features themselves; dropout is for training.
            if (type is not ("Transformer" or "Pooling" or "Normalize" or "Dropout"))
                throw module["type"].Refuse(
                    $"is a {type} layer ({path}), which is not applied here: remove the entry to use the features " +
                    "before it");
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
    private static bool IsOfCls(JsonField config)
    {
        const string Prefix = "pooling_mode_";
        var modes = config.Members()
            .Where(one => one.Name.StartsWith(Prefix, StringComparison.Ordinal) && one.Field.IsTrue)
            .Select(one => (one.Field, Mode: one.Name[Prefix.Length..])).ToList();
        // Newer files name the mode instead.
        if (config["pooling_mode"] is { IsNull: false } named)
            modes.Add((named, named.Text()));
        foreach (var (field, mode) in modes)
            if (mode is not ("cls_token" or "cls" or "mean_tokens" or "mean"))
                throw field.Refuse(
                    $"asks for '{mode}': only the mean and [CLS] are offered; remove the field to train on these " +
                    "anyway");
        var kinds = modes.Select(mode => mode.Mode is "cls_token" or "cls").Distinct().ToArray();
        return kinds.Length <= 1 ? kinds.Contains(true)
            : throw modes[^1].Field.Refuse("is set together with another mode: choose either mean or cls");
    }

    /// <summary>Prompts that the library puts before texts: a default one changes every text.</summary>
    private static string? Prompts(JsonField config)
    {
        if (config["prompts"] is not { IsObject: true } prompts)
            return null;
        var texts = prompts.Members()
            .Where(prompt => prompt.Field.Value.ValueKind == JsonValueKind.String && prompt.Field.Text().Length > 0)
            .ToDictionary(prompt => prompt.Name, prompt => prompt.Field.Text(), StringComparer.Ordinal);
        if (config["default_prompt_name"] is { IsNull: false } standard
            && texts.TryGetValue(standard.Text(), out var text))
            throw standard.Refuse(
                $"puts '{text}' before every text, which is not done here: write it into the texts, or set the field " +
                "to null");
        return texts.Count == 0 ? null
            : $"its prompts ({string.Join(", ", texts.Keys.Order(StringComparer.Ordinal))}) are not put before " +
                "texts: write them into the texts where they belong";
    }
}
