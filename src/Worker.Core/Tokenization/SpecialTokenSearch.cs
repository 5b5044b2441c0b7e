using System.Buffers;

namespace Worker.Core.Tokenization;

/// <summary>
/// Finds special tokens in raw text: the leftmost, and of those that start there the longest. Immutable.
/// </summary>
internal sealed class SpecialTokenSearch
{
    private readonly SearchValues<byte> firstBytes;
    private readonly (byte[] Content, int Id)[] longestFirst;

    public SpecialTokenSearch(IEnumerable<SpecialToken> tokens)
    {
        longestFirst =
        [
            .. tokens.Select(t => (Content: System.Text.Encoding.UTF8.GetBytes(t.Content), t.Id))
                .OrderByDescending(t => t.Content.Length),
        ];
        firstBytes = SearchValues.Create([.. longestFirst.Select(t => t.Content[0])]);
    }

    /// <summary>
    /// Where the next special token at or after <paramref name="start"/> begins; the text's length if none.
    /// </summary>
    /// <param name="id">Its id, −1 if none.</param>
    /// <param name="length">Its bytes, 0 if none.</param>
    public int Next(ReadOnlySpan<byte> text, int start, out int id, out int length)
    {
        while (start < text.Length)
        {
            var candidate = text[start..].IndexOfAny(firstBytes);
            if (candidate < 0)
                break;
            start += candidate;
            foreach (var (content, tokenId) in longestFirst)
                if (text[start..].StartsWith(content))
                {
                    id = tokenId;
                    length = content.Length;
                    return start;
                }
            start++;
        }
        id = -1;
        length = 0;
        return text.Length;
    }
}
