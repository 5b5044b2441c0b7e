using System.Collections.Immutable;
using Worker.Core.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>Reads the tokens that a tokenizer adds to its vocabulary, and checks them against it.</summary>
internal static class AddedTokens
{
    /// <summary>
    /// From <c>added_tokens</c> of tokenizer.json: a list of objects with content, id and how to match.
    /// </summary>
    public static ImmutableArray<SpecialToken> FromList(JsonField list, Vocabulary vocabulary) =>
        list.IsNull ? [] : Checked(list.Items().Select(item => (item, Read(item, item["id"].Id()))), vocabulary);

    /// <summary>From <c>added_tokens_decoder</c> of tokenizer_config.json: the same objects by id.</summary>
    public static ImmutableArray<SpecialToken> FromMap(JsonField map, Vocabulary vocabulary) =>
        Checked(map.Members().Select(member =>
            (member.Field, Read(member.Field, Id(member.Name, member.Field)))), vocabulary);

    private static ImmutableArray<SpecialToken> Checked(
        IEnumerable<(JsonField Field, SpecialToken Token)> tokens, Vocabulary vocabulary)
    {
        var byId = new Dictionary<int, SpecialToken>();
        foreach (var (field, token) in tokens)
        {
            // The reference never matches an empty token.
            if (token.Content.Length == 0)
                continue;
            if (vocabulary.Find(token.Content) is { } id && id != token.Id)
                throw field.Refuse($"gives '{token.Content}' the id {token.Id}, in the vocabulary it has {id}");
            if (vocabulary.Find(token.Content) is null && token.Id < vocabulary.IdLimit)
                throw field.Refuse(
                    $"gives '{token.Content}' the id {token.Id}, which is one of the vocabulary's: a token outside it "
                    + $"needs an id from {vocabulary.IdLimit} on");
            if (!byId.TryAdd(token.Id, token))
                throw field.Refuse(
                    $"gives '{token.Content}' the id {token.Id}, which '{byId[token.Id].Content}' has too");
        }
        return [.. byId.Values];
    }

    /// <summary>An object with content and how to match; unsupported settings are refused.</summary>
    public static SpecialToken Read(JsonField field, int id)
    {
        field.AllowOnly("id", "content", "special", "lstrip", "rstrip", "single_word", "normalized", "__type");
        // Whitespace next to a token is dropped anyway when words are split, so lstrip and rstrip do not change ids.
        _ = field["lstrip"].Flag(false) || field["rstrip"].Flag(false) || field["special"].Flag(false);
        if (field["single_word"].Flag(false))
            throw field["single_word"].Unsupported("false (a token that is found inside words too)");
        // If the field is missing, the reference normalises unless the token is special.
        if (field["normalized"].Flag(!field["special"].Flag(false)))
            throw field["normalized"].Unsupported("false (a token that is found verbatim)");
        return new SpecialToken(field["content"].Text(), id);
    }

    private static int Id(string name, JsonField field) =>
        int.TryParse(name, out var id) && id >= 0 && id < int.MaxValue
            ? id
            : throw field.Refuse("is not named by a token id");
}
