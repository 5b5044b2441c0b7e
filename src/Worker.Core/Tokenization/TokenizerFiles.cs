namespace Worker.Core.Tokenization;

/// <summary>
/// The tokenizer's files of a Hugging Face folder, as read from disk; null for a missing file. Either tokenizer.json or
/// vocab.txt must be there.
/// </summary>
public sealed record TokenizerFiles
{
    public const string TokenizerJsonName = "tokenizer.json";
    public const string TokenizerConfigName = "tokenizer_config.json";
    public const string VocabTextName = "vocab.txt";
    public const string AddedTokensName = "added_tokens.json";
    public const string SpecialTokensMapName = "special_tokens_map.json";

    public byte[]? TokenizerJson { get; init; }

    public byte[]? TokenizerConfig { get; init; }

    public byte[]? VocabText { get; init; }

    public byte[]? AddedTokens { get; init; }

    public byte[]? SpecialTokensMap { get; init; }
}
