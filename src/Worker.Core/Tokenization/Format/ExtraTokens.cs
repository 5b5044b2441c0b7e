using Worker.Core.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>
/// Tokens that a folder names in addition to its vocabulary and its list of added tokens: added_tokens.json,
/// special_tokens_map.json and additional_special_tokens. Each is matched verbatim in texts, as in the reference, or
/// refused: a token without an id would get one beyond the embedding.
/// </summary>
internal static class ExtraTokens
{
    /// <param name="definition">The definition from the other files.</param>
    /// <param name="config">With special_tokens_map.json.</param>
    /// <param name="added">added_tokens.json: ids by token.</param>
    /// <param name="mayAdd">Whether added_tokens.json may name tokens that no other file does, as in exports from
    /// before the lists of added tokens.</param>
    public static TokenizerDefinition Join(
        TokenizerDefinition definition, TokenizerConfig config, JsonField added, bool mayAdd)
    {
        var tokens = definition.SpecialTokens.ToList();
        foreach (var (content, field) in added.Members())
        {
            var id = field.Id();
            if (Find(content) is { } known && known != id)
                throw field.Refuse($"gives '{content}' the id {id}, it has {known}");
            if (Find(content) is null && !mayAdd)
                throw field.Refuse(
                    $"gives '{content}' the id {id}, the lists of added tokens lack it: save the tokenizer again");
            if (Find(content) is null && id < definition.Vocabulary.IdLimit)
                throw field.Refuse(
                    $"gives '{content}' the id {id}, which is one of the vocabulary's: a token outside it needs an id" +
                    $" from {definition.Vocabulary.IdLimit} on");
            Add(content, id);
        }
        foreach (var (name, used) in new[]
        {
            ("unk_token", definition.UnknownId), ("cls_token", definition.StartId), ("sep_token", definition.EndId),
            ("pad_token", definition.PaddingId), ("mask_token", (int?)null),
        })
        {
            if (config.Mapped(name) is not { } field)
                continue;
            var content = TokenizerConfig.Content(field);
            var id = Find(content) ?? throw Unknown(field, content);
            if (used is { } other && other != id)
                throw field.Refuse(
                    $"is '{content}' with the id {id}, but texts get the id {other} there: the files do not belong " +
                    "together");
            Add(content, id);
        }
        foreach (var field in config.Additional())
        {
            var content = TokenizerConfig.Content(field);
            var id = Find(content) ?? throw Unknown(field, content);
            if (field.IsObject)
                AddedTokens.Read(field, id);
            Add(content, id);
        }
        return definition with { SpecialTokens = [.. tokens] };

        int? Find(string content) => definition.Vocabulary.Find(content)
            ?? tokens.FirstOrDefault(token => string.Equals(token.Content, content, StringComparison.Ordinal))?.Id;

        void Add(string content, int id)
        {
            // The reference never matches an empty token.
            if (content.Length > 0 && !tokens.Exists(token => token.Id == id))
                tokens.Add(new SpecialToken(content, id));
        }

        static Exception Unknown(JsonField field, string content) =>
            field.Refuse($"names '{content}', which is neither in the vocabulary nor among the added tokens");
    }
}
