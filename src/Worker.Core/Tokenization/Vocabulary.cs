using System.Globalization;
using Worker.Core.Json;
using Worker.Core.Tokenization.Format;

namespace Worker.Core.Tokenization;

/// <summary>The pieces a model knows and their ids. Immutable.</summary>
public sealed class Vocabulary
{
    private static readonly System.Text.Encoding Utf8 = System.Text.Encoding.UTF8;

    private readonly Dictionary<string, int> idOf;

    private Vocabulary(Dictionary<string, int> ids)
    {
        idOf = ids;
        IdLimit = ids.Values.Max() + 1;
    }

    /// <summary>How many tokens.</summary>
    public int Count => idOf.Count;

    /// <summary>One more than the highest id: the minimum number of rows of the embedding table.</summary>
    public int IdLimit { get; }

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string token) => idOf.TryGetValue(token, out var id) ? id : null;

    /// <summary>
    /// Whether it has words with upper-case letters (at least one token in a hundred, not counting those in brackets),
    /// which lower-casing would make unreachable.
    /// </summary>
    public bool IsCased => idOf.Keys.Count(HasUpperCaseLetter) * 100 >= idOf.Count;

    /// <summary>The first token, by id, that another vocabulary has not or has elsewhere, in words; or null.</summary>
    internal string? DifferenceFrom(Vocabulary other)
    {
        foreach (var (token, id) in idOf.OrderBy(one => one.Value))
            if (other.Find(token) != id)
                return $"token {id} of the first vocabulary is '{token}', which " +
                    (other.Find(token) is { } elsewhere ? $"is token {elsewhere} of the second" : "the second lacks");
        return Count == other.Count ? null
            : $"the first vocabulary has {Count} tokens, the second has {other.Count}";
    }

    /// <summary>Reads vocab.txt: one token per line; the first has id 0.</summary>
    /// <param name="text">UTF-8; lines end with \n or \r\n.</param>
    /// <exception cref="TokenizerRefusedException">Empty, no text, not UTF-8, or a line is empty or occurs
    /// twice.</exception>
    public static Vocabulary FromText(ReadOnlySpan<byte> text)
    {
        if (FileStart.Problem(text) is { } problem)
            throw new TokenizerRefusedException(TokenizerFiles.VocabTextName, "", problem);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var rest = text; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            AddLine(ids, line.EndsWith("\r"u8) ? line[..^1] : line);
        }
        if (ids.Count == 0)
            throw new TokenizerRefusedException(
                TokenizerFiles.VocabTextName, "", "is empty: it needs one token per line");
        return new Vocabulary(ids);
    }

    /// <summary>Reads the vocabulary object of tokenizer.json: token to id.</summary>
    /// <exception cref="TokenizerRefusedException">Empty, or a token or an id occurs twice.</exception>
    internal static Vocabulary FromJson(JsonField vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokenOf = new Dictionary<int, string>();
        foreach (var (token, field) in vocabulary.Members())
        {
            var id = field.Id();
            if (!ids.TryAdd(token, id))
                throw field.Refuse($"has two ids, {ids[token]} and {id}");
            if (!tokenOf.TryAdd(id, token))
                throw field.Refuse($"has id {id}, which '{tokenOf[id]}' has too");
        }
        return ids.Count > 0 ? new Vocabulary(ids) : throw vocabulary.Refuse("has no tokens");
    }

    /// <summary>
    /// Pieces that a word can begin with, as UTF-8: every token, because the reference tries those with the prefix too.
    /// </summary>
    internal IReadOnlyCollection<(byte[] Bytes, int Id)> InitialPieces() =>
        [.. idOf.Where(t => t.Key.Length > 0).Select(t => (Utf8.GetBytes(t.Key), t.Value))];

    /// <summary>Pieces that continue a word, as UTF-8 without the prefix.</summary>
    internal IReadOnlyCollection<(byte[] Bytes, int Id)> ContinuingPieces(string prefix) =>
    [
        .. idOf.Where(t => t.Key.Length > prefix.Length && t.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(t => (Utf8.GetBytes(t.Key[prefix.Length..]), t.Value)),
    ];

    private static void AddLine(Dictionary<string, int> ids, ReadOnlySpan<byte> line)
    {
        var number = ids.Count + 1;
        if (line.IsEmpty)
            throw Refuse("is empty: the ids of all lines after it would be uncertain");
        if (!System.Text.Unicode.Utf8.IsValid(line))
            throw Refuse("is not UTF-8: save the file as UTF-8");
        var token = Utf8.GetString(line);
        if (!ids.TryAdd(token, ids.Count))
            throw Refuse($"repeats '{token}' of line {ids[token] + 1}");

        TokenizerRefusedException Refuse(string reason) => new(TokenizerFiles.VocabTextName, $"line {number}", reason);
    }

    private static bool HasUpperCaseLetter(string token) =>
        token is not (['[', .., ']'] or ['<', .., '>'])
        && token.Any(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.UppercaseLetter);
}
