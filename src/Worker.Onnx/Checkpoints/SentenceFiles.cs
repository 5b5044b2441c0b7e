using System.Collections.Immutable;
using System.Text.Json;

namespace Worker.Onnx.Checkpoints;

/// <summary>
/// What the files of the sentence-transformers library ask for around the encoder: how a text's embedding is made, and
/// what is done to texts before. What cannot be done is refused, with the names of the file and field.
/// </summary>
/// <param name="Model">How the library embeds a text; null if the folder is not the library's.</param>
/// <param name="Prompt">Put before every text; empty for nothing.</param>
/// <param name="LowersCase">Whether texts are lower-cased before a tokenizer that keeps case sees them.</param>
/// <param name="Remarks">What a user should know, one line each.</param>
internal sealed record SentenceFiles(
    SentenceModel? Model, string Prompt, bool LowersCase, ImmutableArray<string> Remarks)
{
    /// <summary>The configuration's file names, by the architecture that it was first written for.</summary>
    public static IReadOnlyList<string> ConfigNames { get; } =
        ["sentence_bert_config.json", "sentence_distilbert_config.json"];

    /// <summary>Reads them all.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hidden">Floats in a token's vector.</param>
    /// <param name="lowersCase">Whether the folder's tokenizer lower-cases texts.</param>
    /// <param name="prompt">The name of the prompt that is wanted; null for the folder's default, empty for
    /// none.</param>
    /// <exception cref="EncoderException">Something is malformed or unsupported, or there is no such
    /// prompt.</exception>
    public static SentenceFiles Read(string folder, int hidden, bool lowersCase, string? prompt = null)
    {
        var lowers = ConfigNames.Any(name =>
            ConfigFile.TryOpen(Path.Combine(folder, name)) is { } config && config["do_lower_case"].IsTrue);
        var model = SentenceModelReader.Read(folder, hidden, out var pooled);
        List<string> remarks = [];
        if (model is { IsMean: false })
            remarks.Add(
                $"its own embedding of a text ({model.Describe()}) is the feature 'sentence': 'worker embed' writes " +
                "it, 'train --feature sentence' uses it, the default uses means");
        var chosen = ChosenPrompt(folder, prompt, remarks);
        if (chosen.Length > 0 && pooled is { } pooling && pooling["include_prompt"].OptionalFlag() == false)
            throw pooling["include_prompt"].Refuse(
                "is false: a prompt's tokens cannot be left out of the pooling; import without a prompt (--prompt '')");
        return new SentenceFiles(model, chosen, lowers && !lowersCase, [.. remarks]);
    }

    /// <summary>The text of the prompt that was asked for, or of the folder's default.</summary>
    private static string ChosenPrompt(string folder, string? asked, List<string> remarks)
    {
        var path = Path.Combine(folder, "config_sentence_transformers.json");
        var config = ConfigFile.TryOpen(path);
        var texts = config is { } file && file["prompts"] is { IsObject: true } prompts
            ? prompts.Members().Where(one => one.Field.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(one => one.Name, one => one.Field.Text(), StringComparer.Ordinal)
            : [];
        var names = Names(texts);
        var standard = config is { } with && with["default_prompt_name"] is { IsNull: false } named
            ? named.Text() : null;
        if (asked is { Length: > 0 } && !texts.ContainsKey(asked))
            throw new EncoderException(
                $"{path}: there is no prompt '{asked}'" + (names.Length == 0 ? "" : $": choose from {names}"));
        if (standard is not null && !texts.ContainsKey(standard))
            throw config!.Value["default_prompt_name"].Refuse(
                $"is '{standard}', which is not among its prompts ({names})");
        if ((asked ?? standard) is { Length: > 0 } name)
        {
            if (texts[name].Length > 0)
                remarks.Add($"its prompt '{name}' ('{texts[name]}') is put before every text");
            return texts[name];
        }
        if (Names(texts.Where(one => one.Value.Length > 0)) is { Length: > 0 } left)
            remarks.Add(
                $"its prompts ({left}) are not put before texts: name one with --prompt, or write them into the " +
                "texts where they belong");
        return "";
    }

    private static string Names(IEnumerable<KeyValuePair<string, string>> prompts) =>
        string.Join(", ", prompts.Select(one => one.Key).Order(StringComparer.Ordinal));
}
