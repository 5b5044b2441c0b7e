using Worker.Core.Encoders;
using Worker.Core.Tokenization;

namespace Worker.Onnx.Importing;

/// <summary>How an encoder is to read texts beyond its token limit, as an import is asked for it.</summary>
/// <param name="Pooling">How the features of a text's chunks are joined.</param>
/// <param name="Overlap">Tokens that neighbouring chunks share at least.</param>
/// <param name="MaximumChunks">The most chunks of a text; what goes beyond is cut.</param>
/// <param name="ChunkTokens">The longest chunk, and the longest text that is read whole; 0 for the encoder's
/// limit.</param>
public sealed record LongTexts(
    ChunkPooling Pooling, int Overlap = LongTexts.UsualOverlap, int MaximumChunks = LongTexts.UsualChunks,
    int ChunkTokens = 0)
{
    /// <summary>A sentence or two.</summary>
    public const int UsualOverlap = 32;

    /// <summary>About 7,000 tokens for an encoder of 256, and 15,000 for one of 512.</summary>
    public const int UsualChunks = 32;

    /// <exception cref="EncoderException">The numbers do not fit the checkpoint's token limit.</exception>
    internal Chunking Of(ImportSource source)
    {
        var prefix = 1;
        if (source.Sentence.Prompt.Length > 0 && source.Tokenizer.Definition is { } definition)
        {
            var lowered = source.Sentence.LowersCase ? definition.LowerCased() : definition;
            var tokenizer = new WordPieceTokenizer(lowered with { Prompt = source.Sentence.Prompt });
            prefix = tokenizer.Encode([], new int[source.MaxTokens], out _) - 1;
        }
        if (ChunkTokens > source.MaxTokens)
            throw new EncoderException(
                $"{source.Checkpoint.Folder}: a chunk may have {source.MaxTokens} tokens, the encoder's limit, not " +
                $"{ChunkTokens}");
        var chunking = new Chunking(
            ChunkTokens == 0 ? source.MaxTokens : ChunkTokens, prefix, Overlap, MaximumChunks, Pooling);
        return chunking.Problem() is { } problem
            ? throw new EncoderException($"{source.Checkpoint.Folder}: {problem}")
            : chunking;
    }
}
