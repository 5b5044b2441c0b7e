using System.Collections.Immutable;
using Worker.Core.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>
/// Reads tokenizer.json. Truncation, padding and decoder are ignored, because they do not change a text's ids.
/// Everything else is either understood or refused by name.
/// </summary>
internal static class TokenizerJson
{
    public static TokenizerDefinition Read(JsonField root, TokenizerConfig config)
    {
        root.AllowOnly(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model");
        if (root["version"].Text("1.0") != "1.0")
            throw root["version"].Unsupported("\"1.0\"");
        RequireType(root["pre_tokenizer"], "BertPreTokenizer");
        root["pre_tokenizer"].AllowOnly("type");

        var model = root["model"];
        // Older files leave the type out.
        if (!model["type"].IsNull)
            RequireType(model, "WordPiece");
        model.AllowOnly("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
        var vocabulary = Vocabulary.FromJson(model["vocab"]);
        var specials = AddedTokens.FromList(root["added_tokens"], vocabulary);
        var unknown = model["unk_token"];
        var (start, end) = ReadPostProcessor(root["post_processor"], vocabulary, specials);
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Settings = config.Override(ReadNormalizer(root["normalizer"]) with
            {
                ContinuationPrefix = model["continuing_subword_prefix"].Text("##"),
                MaxCharactersPerWord = model["max_input_chars_per_word"] is { IsNull: false } characters
                    ? characters.Integer(1, TokenizerSettings.CharactersPerWordLimit)
                    : 100,
            }),
            SpecialTokens = specials,
            UnknownId = vocabulary.Find(unknown.Text("[UNK]"))
                ?? throw unknown.Refuse($"is '{unknown.Text("[UNK]")}', which is not in model.vocab"),
            StartId = start,
            EndId = end,
            PaddingId = Find(config.Token("pad_token", "[PAD]"), vocabulary, specials),
            ModelMaxTokens = config.ModelMaxTokens(),
        };
    }

    private static TokenizerSettings ReadNormalizer(JsonField normalizer)
    {
        RequireType(normalizer, "BertNormalizer");
        normalizer.AllowOnly("type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
        return new TokenizerSettings
        {
            CleanText = normalizer["clean_text"].Flag(true),
            SplitChinese = normalizer["handle_chinese_chars"].Flag(true),
            StripAccents = normalizer["strip_accents"].OptionalFlag(),
            LowerCase = normalizer["lowercase"].Flag(true),
        };
    }

    /// <summary>The ids around a text; the only template understood is the one of BERT, [CLS] A [SEP].</summary>
    private static (int Start, int End) ReadPostProcessor(
        JsonField processor, Vocabulary vocabulary, ImmutableArray<SpecialToken> specials)
    {
        if (processor.IsNull)
            throw processor.Unsupported("BertProcessing or TemplateProcessing ([CLS] text [SEP])");
        if (processor["type"].Text("") == "BertProcessing")
        {
            processor.AllowOnly("type", "sep", "cls");
            return (Pair(processor["cls"], vocabulary, specials), Pair(processor["sep"], vocabulary, specials));
        }
        RequireType(processor, "TemplateProcessing");
        processor.AllowOnly("type", "single", "pair", "special_tokens");
        var parts = processor["single"].Items().ToArray();
        if (parts.Length != 3 || parts[1]["Sequence"].IsNull || parts[0]["SpecialToken"].IsNull
            || parts[2]["SpecialToken"].IsNull)
            throw processor["single"].Unsupported("a special token, sequence A, a special token ([CLS] A [SEP])");
        if (parts[1]["Sequence"]["id"].Text() != "A")
            throw parts[1]["Sequence"]["id"].Unsupported("\"A\"");
        return (Special(processor, parts[0], vocabulary, specials), Special(processor, parts[2], vocabulary, specials));
    }

    private static int Special(
        JsonField processor, JsonField part, Vocabulary vocabulary, ImmutableArray<SpecialToken> specials)
    {
        var name = part["SpecialToken"]["id"].Text();
        var ids = processor["special_tokens"][name]["ids"];
        var id = ids.Items().ToArray() is [var only] ? only.Id() : throw ids.Unsupported("a list of one id");
        return Agreed(ids, name, id, vocabulary, specials);
    }

    private static int Pair(JsonField pair, Vocabulary vocabulary, ImmutableArray<SpecialToken> specials) =>
        pair.Items().ToArray() is [var token, var id]
            ? Agreed(pair, token.Text(), id.Id(), vocabulary, specials)
            : throw pair.Unsupported("a list of a token and its id");

    private static int Agreed(
        JsonField field, string token, int id, Vocabulary vocabulary, ImmutableArray<SpecialToken> specials) =>
        Find(token, vocabulary, specials) switch
        {
            null => throw field.Refuse($"names '{token}', which is neither in model.vocab nor in added_tokens"),
            { } known when known != id =>
                throw field.Refuse($"gives '{token}' the id {id}, in the vocabulary it has {known}"),
            _ => id,
        };

    private static int? Find(string token, Vocabulary vocabulary, ImmutableArray<SpecialToken> specials) =>
        vocabulary.Find(token)
            ?? specials.FirstOrDefault(s => string.Equals(s.Content, token, StringComparison.Ordinal))?.Id;

    private static void RequireType(JsonField field, string type)
    {
        if (field.IsNull)
            throw field.Unsupported(type);
        if (field["type"].Text("") != type)
            throw field["type"].Unsupported($"\"{type}\"");
    }
}
