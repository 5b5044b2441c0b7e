using System.Collections.Immutable;
using Worker.Core.Tokenization.Format;

namespace Worker.Core.Tokenization;

/// <summary>
/// Everything that decides which ids a text gets. Immutable; a changed copy is made with <c>with</c>.
/// </summary>
public sealed record TokenizerDefinition
{
    public required Vocabulary Vocabulary { get; init; }

    public required TokenizerSettings Settings { get; init; }

    /// <summary>Tokens that are found verbatim in the text.</summary>
    public required ImmutableArray<SpecialToken> SpecialTokens { get; init; }

    /// <summary>The id of words that no pieces cover, [UNK].</summary>
    public required int UnknownId { get; init; }

    /// <summary>The id at the start of every text, [CLS].</summary>
    public required int StartId { get; init; }

    /// <summary>The id at the end of every text, [SEP].</summary>
    public required int EndId { get; init; }

    /// <summary>The id that fills up short texts, [PAD]; null if the vocabulary has none.</summary>
    public int? PaddingId { get; init; }

    /// <summary>
    /// Put before every text; empty for nothing. It must end where a word ends, so that its ids do not depend on the
    /// text.
    /// </summary>
    public string Prompt { get; init; } = "";

    /// <summary>The longest text the model was made for, in ids; null if the files do not say.</summary>
    public int? ModelMaxTokens { get; init; }

    /// <summary>
    /// One more than the highest id that a text can get: the minimum number of rows of the embedding table.
    /// </summary>
    public int IdLimit => SpecialTokens.Aggregate(Vocabulary.IdLimit, (limit, token) => Math.Max(limit, token.Id + 1));

    /// <summary>
    /// The same with texts lower-cased first. Accents stay as they were, and so special tokens with capital letters are
    /// not found any more.
    /// </summary>
    public TokenizerDefinition LowerCased() => this with
    {
        Settings = Settings with { LowerCase = true, StripAccents = Settings.StripsAccents },
        SpecialTokens = [.. SpecialTokens.Where(token => token.Content == token.Content.ToLowerInvariant())],
    };

    /// <summary>
    /// The first thing in which another definition differs, in words; null if every text gets the same ids.
    /// </summary>
    public string? DifferenceFrom(TokenizerDefinition other) =>
        Vocabulary.DifferenceFrom(other.Vocabulary)
        ?? (Settings with { StripAccents = Settings.StripsAccents }
            == other.Settings with { StripAccents = other.Settings.StripsAccents } ? null
            : $"the tokenizer's settings are {Settings} in the first and {other.Settings} in the second")
        ?? ((UnknownId, StartId, EndId) == (other.UnknownId, other.StartId, other.EndId) ? null
            : "the tokens for unknown words, the start or the end of a text are not the same")
        ?? (SpecialTokens.ToHashSet().SetEquals(other.SpecialTokens) ? null
            : $"the special token '{SpecialTokens.Except(other.SpecialTokens)
                .Concat(other.SpecialTokens.Except(SpecialTokens)).First().Content}' is not in both");

    /// <summary>
    /// Reads a folder's files. tokenizer.json takes precedence over vocab.txt; for case, accents and Chinese,
    /// tokenizer_config.json takes precedence over tokenizer.json, as in the reference. Without tokenizer_config.json,
    /// texts are lower-cased if the vocabulary has no upper-case words, whatever tokenizer.json says: the reference's
    /// BERT tokenizer lower-cases unless it is told not to, and otherwise no capitalised word would be found. Tokens of
    /// special_tokens_map.json and added_tokens.json are matched verbatim; these files must agree with the others.
    /// </summary>
    /// <exception cref="TokenizerRefusedException">A file is broken or asks for what this tokenizer does not
    /// do.</exception>
    public static TokenizerDefinition Read(TokenizerFiles files)
    {
        var config = JsonFile.Parse(TokenizerFiles.TokenizerConfigName, files.TokenizerConfig ?? [.. "{}"u8]);
        var map = JsonFile.Parse(TokenizerFiles.SpecialTokensMapName, files.SpecialTokensMap ?? [.. "{}"u8]);
        var added = JsonFile.Parse(TokenizerFiles.AddedTokensName, files.AddedTokens ?? [.. "{}"u8]);
        var overrides = TokenizerConfig.Read(config, map);
        if (files.TokenizerJson is { } json)
        {
            var definition = TokenizerJson.Read(JsonFile.Parse(TokenizerFiles.TokenizerJsonName, json), overrides);
            var lowerCase = definition.Settings.LowerCase
                || (files.TokenizerConfig is null && !definition.Vocabulary.IsCased);
            definition = definition with { Settings = definition.Settings with { LowerCase = lowerCase } };
            return ExtraTokens.Join(definition, overrides, added, mayAdd: false);
        }
        if (files.VocabText is { } text)
            return ExtraTokens.Join(
                overrides.WithVocabulary(Vocabulary.FromText(text)), overrides, added, !overrides.ListsAddedTokens);
        throw new TokenizerRefusedException(
            TokenizerFiles.VocabTextName,
            "",
            $"is missing, and so is {TokenizerFiles.TokenizerJsonName}: the folder needs one of the two");
    }
}
