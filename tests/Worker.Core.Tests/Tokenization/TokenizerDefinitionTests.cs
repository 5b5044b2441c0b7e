using System.Text.Json;
using System.Text.Json.Nodes;
using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

public class TokenizerDefinitionTests
{
    private const string Vocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n";

    private const string Json = """
        {"version": "1.0", "truncation": {"max_length": 4}, "padding": null,
         "added_tokens": [{"id": 4, "content": "[MASK]", "special": true, "lstrip": true, "rstrip": false, "single_word": false,
           "normalized": false}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "decoder": null,
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 50,
           "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##b": 6}}}
        """;

    private const string Template = """
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [],
         "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                            "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}}
        """;

    [Fact]
    public void Tokenizer_json_is_read()
    {
        var definition = Read(Json);
        Assert.Equal(7, definition.Vocabulary.Count);
        Assert.Equal(
            (1, 2, 3, 0), (definition.UnknownId, definition.StartId, definition.EndId, definition.PaddingId!.Value));
        Assert.Equal(new SpecialToken("[MASK]", 4), Assert.Single(definition.SpecialTokens));
        Assert.Equal(new TokenizerSettings { MaxCharactersPerWord = 50 }, definition.Settings);
        Assert.Null(definition.ModelMaxTokens);
        Assert.Equal(3, Read(Changed("post_processor", Template)).EndId);
    }

    [Theory]
    [InlineData("version", "\"2.0\"")]
    [InlineData("normalizer", "null")]
    [InlineData("normalizer.type", "\"NFKC\"")]
    [InlineData("normalizer.lowercase", "1")]
    [InlineData("normalizer.strip_numbers", "true")]
    [InlineData("pre_tokenizer.type", "\"Whitespace\"")]
    [InlineData("post_processor", "null")]
    [InlineData("post_processor.type", "\"RobertaProcessing\"")]
    [InlineData("post_processor.sep", "[\"[SEP]\", 5]")]
    [InlineData("post_processor.cls", "[\"<s>\", 2]")]
    [InlineData("model.type", "\"BPE\"")]
    [InlineData("model.unk_token", "\"<unk>\"")]
    [InlineData("model.dropout", "0.1")]
    [InlineData("model.max_input_chars_per_word", "0")]
    [InlineData("model.vocab", "{}")]
    [InlineData("model.vocab", "null")]
    [InlineData("model.vocab.a", "6")]
    [InlineData("model.vocab.a", "-1")]
    [InlineData("model.vocab.a", "\"5\"")]
    [InlineData("added_tokens", "{}")]
    [InlineData("added_tokens[0].normalized", "true")]
    [InlineData("added_tokens[0].single_word", "true")]
    [InlineData("added_tokens[0].id", "null")]
    [InlineData("added_tokens[0]", """{"id": 5, "content": "[MASK]", "special": true}""")]
    [InlineData("added_tokens[0]", """{"id": 5, "content": "[NEW]", "special": true}""")]
    [InlineData("something_new", "{}")]
    public void What_is_not_understood_is_refused_by_name(string field, string value)
    {
        var error = Assert.Throws<TokenizerRefusedException>(() => Read(Changed(field, value)));
        Assert.Equal("tokenizer.json", error.File);
        Assert.StartsWith(field == "model.vocab.a" && value == "6" ? "model.vocab.##b" : field, error.Field,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"A\"", "\"B\"", "post_processor.single[1].Sequence.id")]
    [InlineData("\"Sequence\"", "\"SpecialToken\"", "post_processor.single")]
    [InlineData("[2]", "[2, 3]", "post_processor.special_tokens.[CLS].ids")]
    [InlineData("[3]", "[2]", "post_processor.special_tokens.[SEP].ids")]
    public void Another_template_is_refused_by_name(string old, string changed, string field)
    {
        var template = Template.Replace(old, changed, StringComparison.Ordinal);
        Assert.Equal(
            field, Assert.Throws<TokenizerRefusedException>(() => Read(Changed("post_processor", template))).Field);
    }

    [Theory]
    [InlineData("{\"model\": ")]
    [InlineData("")]
    [InlineData("[]")]
    public void A_file_cut_short_is_refused(string json) =>
        Assert.StartsWith("tokenizer.json", Assert.Throws<TokenizerRefusedException>(() => Read(json)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_token_that_occurs_twice_is_refused()
    {
        var error = Assert.Throws<TokenizerRefusedException>(() =>
            Read(Json.Replace("\"##b\": 6", "\"a\": 6", StringComparison.Ordinal)));
        Assert.Equal("model.vocab.a", error.Field);
    }

    [Fact]
    public void An_added_token_may_have_an_id_behind_the_vocabulary()
    {
        var definition = Read(Changed("added_tokens[0]", """{"id": 9, "content": "[NEW]", "special": true}"""));
        Assert.Equal(10, definition.IdLimit);
        Assert.Equal([2, 5, 9, 5, 3], new WordPieceTokenizer(definition).Ids("a[NEW]a"));
    }

    [Fact]
    public void Vocab_text_alone_has_the_defaults_of_bert_and_the_usual_special_tokens()
    {
        var definition = TokenizerDefinition.Read(new TokenizerFiles { VocabText = Tokenizers.Utf8(Vocab) });
        Assert.Equal(new TokenizerSettings(), definition.Settings);
        Assert.Equal(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"], definition.SpecialTokens.Select(t => t.Content));
        Assert.Equal([2, 4, 5, 6, 3], new WordPieceTokenizer(definition).Ids("[MASK]\u00c1B"));
    }

    [Fact]
    public void Tokenizer_config_goes_before_tokenizer_json_where_the_reference_lets_it()
    {
        const string Config = """
            {"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false, "model_max_length": 64,
             "tokenizer_class": "CLASS"}
            """;
        var bert = Read(Json, Config.Replace("CLASS", "BertTokenizer", StringComparison.Ordinal));
        Assert.Equal(
            new TokenizerSettings
            {
                LowerCase = false,
                StripAccents = true,
                SplitChinese = false,
                MaxCharactersPerWord = 50,
            }, bert.Settings);
        Assert.Equal(64, bert.ModelMaxTokens);
        var fast = Read(Json, Config.Replace("CLASS", "PreTrainedTokenizerFast", StringComparison.Ordinal));
        Assert.Equal(Read(Json).Settings, fast.Settings);
    }

    [Fact]
    public void Tokenizer_config_names_special_tokens()
    {
        const string Config = """
            {"cls_token": {"content": "a", "__type": "AddedToken"}, "model_max_length": 1000000000000000019884624838656, "wordpieces_prefix": "#",
             "added_tokens_decoder": {"4": {"content": "[MASK]", "special": true, "normalized": false}}}
            """;
        var definition = TokenizerDefinition.Read(
            new TokenizerFiles { VocabText = Tokenizers.Utf8(Vocab), TokenizerConfig = Tokenizers.Utf8(Config) });
        Assert.Equal(5, definition.StartId);
        Assert.Equal("#", definition.Settings.ContinuationPrefix);
        Assert.Null(definition.ModelMaxTokens);
        Assert.Equal("[MASK]", Assert.Single(definition.SpecialTokens).Content);
    }

    [Theory]
    [InlineData("tokenizer_class", "\"RobertaTokenizer\"")]
    [InlineData("do_basic_tokenize", "false")]
    [InlineData("never_split", "[\"x\"]")]
    [InlineData("do_lower_case", "\"yes\"")]
    [InlineData("model_max_length", "1")]
    [InlineData("cls_token", "7")]
    [InlineData("split_special_tokens", "true")]
    [InlineData("truncation_side", "\"left\"")]
    [InlineData("additional_special_tokens[0]", "[\"nobody knows\"]")]
    public void What_is_not_understood_in_tokenizer_config_is_refused_by_name(string field, string value)
    {
        var files = new TokenizerFiles
        {
            VocabText = Tokenizers.Utf8(Vocab),
            TokenizerConfig = Tokenizers.Utf8($"{{\"{field.Replace("[0]", "", StringComparison.Ordinal)}\": {value}}}"),
        };
        var error = Assert.Throws<TokenizerRefusedException>(() => TokenizerDefinition.Read(files));
        Assert.Equal(("tokenizer_config.json", field), (error.File, error.Field));
    }

    [Fact]
    public void Tokens_named_beside_the_vocabulary_are_found_verbatim()
    {
        var files = new TokenizerFiles
        {
            VocabText = Tokenizers.Utf8(Vocab),
            AddedTokens = Tokenizers.Utf8("""{"<order>": 40}"""),
            SpecialTokensMap = Tokenizers.Utf8(
                """{"cls_token": "a", "additional_special_tokens": [{"content": "##b", "normalized": false}]}"""),
        };
        var definition = TokenizerDefinition.Read(files);
        Assert.Equal(41, definition.IdLimit);
        var b = definition.Vocabulary.Find("##b")!.Value;
        Assert.Equal([5, 40, b, 5, 3], new WordPieceTokenizer(definition).Ids("<order>##b a"));
        // tokenizer.json lists its tokens itself, so these files can only agree with it.
        var json = new TokenizerFiles { TokenizerJson = Tokenizers.Utf8(Json), AddedTokens = files.AddedTokens };
        var error = Assert.Throws<TokenizerRefusedException>(() => TokenizerDefinition.Read(json));
        Assert.Equal(("added_tokens.json", "<order>"), (error.File, error.Field));
    }

    [Theory]
    [InlineData("""{"unk_token": "nobody knows"}""", "unk_token")]
    [InlineData("""{"mask_token": "nobody knows"}""", "mask_token")]
    [InlineData("""{"sep_token": "a"}""", "sep_token")]
    [InlineData("""{"additional_special_tokens": ["nobody knows"]}""", "additional_special_tokens[0]")]
    [InlineData("""{"image_token": "a"}""", "image_token")]
    public void A_map_of_special_tokens_that_contradicts_the_other_files_is_refused_by_name(string map, string field)
    {
        var error = Assert.Throws<TokenizerRefusedException>(() => TokenizerDefinition.Read(new TokenizerFiles
        {
            TokenizerJson = Tokenizers.Utf8(Json),
            SpecialTokensMap = Tokenizers.Utf8(map),
        }));
        Assert.Equal(("special_tokens_map.json", field), (error.File, error.Field));
    }

    [Fact]
    public void A_pointer_of_git_lfs_and_a_byte_order_mark_are_named()
    {
        var pointer = Tokenizers.Utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 466247\n");
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Tokenizers.Utf8(Vocab)];
        Refused("git LFS pointer", new TokenizerFiles { TokenizerJson = pointer });
        Refused("git LFS pointer", new TokenizerFiles { VocabText = pointer });
        Refused("byte order mark", new TokenizerFiles { VocabText = marked });
        Refused("byte order mark", new TokenizerFiles
        {
            VocabText = Tokenizers.Utf8(Vocab),
            TokenizerConfig = [0xEF, 0xBB, 0xBF, .. "{}"u8],
        });

        static void Refused(string problem, TokenizerFiles files) => Assert.Contains(
            problem, Assert.Throws<TokenizerRefusedException>(() =>
                TokenizerDefinition.Read(files)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[UNK]")]
    [InlineData("[CLS]")]
    [InlineData("[SEP]")]
    public void A_vocabulary_without_a_needed_token_is_refused(string token)
    {
        var text = Tokenizers.Utf8(Vocab.Replace(token, "[other]", StringComparison.Ordinal));
        var error = Assert.Throws<TokenizerRefusedException>(() =>
            TokenizerDefinition.Read(new TokenizerFiles { VocabText = text }));
        Assert.Contains($"vocab.txt lacks '{token}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_vocabulary_is_refused() =>
        Assert.Equal(
            "vocab.txt", Assert.Throws<TokenizerRefusedException>(() =>
                TokenizerDefinition.Read(new TokenizerFiles())).File);

    private static TokenizerDefinition Read(string json, string? config = null) =>
        TokenizerDefinition.Read(new TokenizerFiles
        {
            TokenizerJson = Tokenizers.Utf8(json),
            TokenizerConfig = config is null ? null : Tokenizers.Utf8(config),
        });

    /// <summary><see cref="Json"/> with one field set; the field's parents are there already.</summary>
    private static string Changed(string field, string value)
    {
        var root = JsonNode.Parse(Json)!;
        var parts = field.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        var parent = parts[..^1].Aggregate(
            root, (node, part) => node is JsonArray array ? array[int.Parse(part)]! : node[part]!);
        if (parent is JsonArray list)
            list[int.Parse(parts[^1])] = JsonNode.Parse(value);
        else
            parent[parts[^1]] = JsonNode.Parse(value);
        return JsonSerializer.Serialize(root);
    }
}
