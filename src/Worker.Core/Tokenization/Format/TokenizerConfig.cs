using System.Collections.Immutable;
using Worker.Core.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>
/// What tokenizer_config.json says; null if it says nothing. Fields that do not affect ids (names, padding and
/// truncation sides, chat templates) are ignored.
/// </summary>
internal sealed class TokenizerConfig
{
    /// <summary>
    /// Classes of the reference that tokenise as BERT does; the last takes everything from tokenizer.json.
    /// </summary>
    private static readonly string[] Classes =
    [
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "ConvBertTokenizer",
        "RetriBertTokenizer", "LayoutLMTokenizer", "SqueezeBertTokenizer", "PreTrainedTokenizer",
    ];

    private readonly JsonField root;
    private readonly JsonField map;

    private TokenizerConfig(JsonField root, JsonField map) => (this.root, this.map) = (root, map);

    /// <summary>Whether added_tokens_decoder is there; then the reference does not read added_tokens.json.</summary>
    public bool ListsAddedTokens => !root["added_tokens_decoder"].IsNull;

    /// <summary>Whether the class of the reference gives this file precedence over tokenizer.json.</summary>
    private bool GoesFirst =>
        root["tokenizer_class"].Text("") is not ("PreTrainedTokenizerFast" or "PreTrainedTokenizer");

    /// <summary>Checks what can be checked now; the rest is checked when the files are combined.</summary>
    /// <param name="map">special_tokens_map.json: special tokens by name.</param>
    public static TokenizerConfig Read(JsonField root, JsonField map)
    {
        var name = root["tokenizer_class"].Text(Classes[0]);
        if (!Classes.Contains(name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name))
            throw root["tokenizer_class"].Unsupported(
                $"a BERT tokenizer ({string.Join(", ", Classes[..^1])}; with or without Fast)");
        if (!root["do_basic_tokenize"].Flag(true))
            throw root["do_basic_tokenize"].Unsupported("true");
        if (!root["never_split"].IsNull && root["never_split"].Items().Any())
            throw root["never_split"].Unsupported("null or an empty list");
        if (root["split_special_tokens"].Flag(false))
            throw root["split_special_tokens"].Unsupported("false");
        if (root["truncation_side"].Text("right") != "right")
            throw root["truncation_side"].Unsupported("\"right\" (long texts lose their end)");
        map.AllowOnly(
            "unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "bos_token", "eos_token",
            "additional_special_tokens", "extra_special_tokens");
        return new TokenizerConfig(root, map);
    }

    /// <summary>Settings of tokenizer.json, overridden where this file takes precedence.</summary>
    public TokenizerSettings Override(TokenizerSettings settings) => GoesFirst ? Apply(settings) : settings;

    /// <summary>The longest text in ids; null if none is named. In the reference huge numbers mean no limit.</summary>
    public int? ModelMaxTokens()
    {
        // Older exports call it max_len.
        var field = root["model_max_length"] is { IsNull: false } named ? named : root["max_len"];
        if (field.IsNull)
            return null;
        if (field.Value.ValueKind != System.Text.Json.JsonValueKind.Number || field.Value.GetDouble() < 2)
            throw field.Unsupported("a number of at least 2");
        return field.Value.GetDouble() > 1_000_000 ? null : (int)field.Value.GetDouble();
    }

    /// <summary>A special token's text: from this file, otherwise from special_tokens_map.json.</summary>
    public string Token(string field, string fallback)
    {
        var (own, mapped) = (root[field], Mapped(field));
        if (own.IsNull)
            return mapped is { } other ? Content(other) : fallback;
        if (mapped is { } second && Content(second) != Content(own))
            throw second.Refuse(
                $"is '{Content(second)}', {TokenizerFiles.TokenizerConfigName} says '{Content(own)}': the two must " +
                "agree");
        return Content(own);
    }

    /// <summary>A special token's text: the field holds it, or an object with it as content.</summary>
    public static string Content(JsonField value) => value.IsObject ? value["content"].Text() : value.Text();

    /// <summary>What special_tokens_map.json says about a special token; null if it says nothing.</summary>
    public JsonField? Mapped(string field) => map[field] is { IsNull: false } value ? value : null;

    /// <summary>Further special tokens, from both files.</summary>
    public IEnumerable<JsonField> Additional() =>
        from file in new[] { root, map }
        from name in new[] { "additional_special_tokens", "extra_special_tokens" }
        where !file[name].IsNull
        from token in file[name].IsObject ? file[name].Members().Select(member => member.Field) : file[name].Items()
        select token;

    /// <summary>A vocabulary alone, with the settings of this file.</summary>
    public TokenizerDefinition WithVocabulary(Vocabulary vocabulary)
    {
        var defaults = new TokenizerSettings { LowerCase = !vocabulary.IsCased };
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Settings = Apply(defaults) with
            {
                ContinuationPrefix = root["wordpieces_prefix"].Text(defaults.ContinuationPrefix),
            },
            SpecialTokens = Specials(vocabulary),
            UnknownId = Require(vocabulary, "unk_token", "[UNK]"),
            StartId = Require(vocabulary, "cls_token", "[CLS]"),
            EndId = Require(vocabulary, "sep_token", "[SEP]"),
            PaddingId = vocabulary.Find(Token("pad_token", "[PAD]")),
            ModelMaxTokens = ModelMaxTokens(),
        };
    }

    private TokenizerSettings Apply(TokenizerSettings settings) => settings with
    {
        LowerCase = root["do_lower_case"].Flag(settings.LowerCase),
        CleanText = root["clean_text"].Flag(settings.CleanText),
        SplitChinese = root["tokenize_chinese_chars"].Flag(settings.SplitChinese),
        // Here null is a value: accents follow the case.
        StripAccents = root.Value.TryGetProperty("strip_accents", out _)
            ? root["strip_accents"].OptionalFlag()
            : settings.StripAccents,
    };

    /// <summary>The tokens that the file lists; otherwise those of the usual five that the vocabulary has.</summary>
    private ImmutableArray<SpecialToken> Specials(Vocabulary vocabulary)
    {
        if (!root["added_tokens_decoder"].IsNull)
            return AddedTokens.FromMap(root["added_tokens_decoder"], vocabulary);
        string[] usual =
        [
            Token("unk_token", "[UNK]"), Token("sep_token", "[SEP]"), Token("pad_token", "[PAD]"),
            Token("cls_token", "[CLS]"), Token("mask_token", "[MASK]"),
        ];
        return
        [
            .. usual.Distinct(StringComparer.Ordinal)
                .Where(token => vocabulary.Find(token) is not null)
                .Select(token => new SpecialToken(token, vocabulary.Find(token)!.Value)),
        ];
    }

    private int Require(Vocabulary vocabulary, string field, string fallback)
    {
        var token = Token(field, fallback);
        return vocabulary.Find(token) ?? throw new TokenizerRefusedException(
            TokenizerFiles.VocabTextName, "", $"lacks '{token}' ({field}): is it the vocabulary of a BERT model?");
    }
}
