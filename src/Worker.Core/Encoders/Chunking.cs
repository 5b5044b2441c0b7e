using System.Text.Json.Serialization;

namespace Worker.Core.Encoders;

/// <summary>How what is said of a text's chunks is joined.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChunkPooling>))]
public enum ChunkPooling
{
    /// <summary>
    /// The mean, of features and so of logits. All chunks of a text have the same length, so it is a mean over its
    /// tokens.
    /// </summary>
    [JsonStringEnumMemberName("mean")]
    Mean,

    /// <summary>
    /// Each head's largest logit: one chunk is enough for a label. Features are means, because the largest value of
    /// each float says nothing (docs/decisions/0018).
    /// </summary>
    [JsonStringEnumMemberName("max")]
    Max,
}

/// <summary>
/// How an encoder reads a text that is longer than a row of its micro-batches: in as few chunks as there can be, all
/// of about the same length, each sharing tokens with the one before. Every chunk begins with [CLS] and the prompt, if
/// there is one, and ends with [SEP].
/// </summary>
/// <param name="RowTokens">The most tokens of one chunk, [CLS], prompt and [SEP] included; at most what the device
/// takes. A text with no more is read whole.</param>
/// <param name="Prefix">Tokens before every text: [CLS] and the prompt; at least 1.</param>
/// <param name="Overlap">Tokens that neighbouring chunks share at least.</param>
/// <param name="Maximum">The most chunks of a text; what goes beyond is cut.</param>
/// <param name="Pooling">How they are joined.</param>
public sealed record Chunking(int RowTokens, int Prefix, int Overlap, int Maximum, ChunkPooling Pooling)
{
    /// <summary>The most chunks that anybody can ask for.</summary>
    public const int MostChunks = 1024;

    /// <summary>The longest text, in tokens, with one [CLS], prompt and [SEP].</summary>
    [JsonIgnore]
    public int MaximumTokens => Frame + Body + (Maximum - 1) * (Body - Overlap);

    /// <summary>How features are joined; logits by <see cref="Pooling"/>.</summary>
    [JsonIgnore]
    public ChunkPooling Features { get; init; } = ChunkPooling.Mean;

    /// <summary>
    /// Whether certificates hold for a text: they are learned from features, and these do not tell the largest logit
    /// of several chunks.
    /// </summary>
    /// <param name="chunks">In how many chunks it was read.</param>
    public bool Certifies(int chunks) => chunks == 1 || Pooling == Features;

    /// <summary>Tokens around every chunk: [CLS], prompt and [SEP].</summary>
    private int Frame => Prefix + 1;

    /// <summary>The text's own tokens in the longest chunk.</summary>
    private int Body => RowTokens - Frame;

    /// <summary>What does not fit together, in words; null if everything does.</summary>
    public string? Problem()
    {
        if (Maximum is < 2 or > MostChunks)
            return $"a text may have 2 to {MostChunks} chunks, not {Maximum}";
        return Body > 0 && Overlap >= 0 && Overlap <= Body / 2 ? null
            : $"chunks may share 0 to {Math.Max(0, Body / 2)} tokens, half of what a chunk of {RowTokens} tokens has " +
                $"of the text, not {Overlap}";
    }

    /// <summary>How many chunks a text has; 1 if it is read whole.</summary>
    /// <param name="tokens">Its tokens, at most <see cref="MaximumTokens"/>.</param>
    public int Count(int tokens)
    {
        if (tokens <= RowTokens)
            return 1;
        var step = Body - Overlap;
        return (tokens - Frame - Overlap + step - 1) / step;
    }

    /// <summary>Tokens of one of several chunks.</summary>
    /// <param name="text">The text's token ids.</param>
    /// <param name="count">How many chunks it has, at least 2.</param>
    /// <param name="chunk">Which one, from 0.</param>
    /// <param name="into">Receives the ids; <see cref="RowTokens"/> are always enough.</param>
    /// <returns>How many ids were written.</returns>
    public int Write(ReadOnlySpan<int> text, int count, int chunk, Span<int> into)
    {
        var body = text[Prefix..^1];
        // As short as the overlap allows; the last one ends where the text ends.
        var length = (body.Length + (count - 1) * Overlap + count - 1) / count;
        var start = (int)((long)chunk * (body.Length - length) / (count - 1));
        text[..Prefix].CopyTo(into);
        body.Slice(start, length).CopyTo(into[Prefix..]);
        into[Prefix + length] = text[^1];
        return Frame + length;
    }
}
