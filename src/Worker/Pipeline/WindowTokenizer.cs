using Worker.Core.Encoders;
using Worker.Core.Messages;
using Worker.Core.Tokenization;
using Worker.Core.Windows;
using Worker.Kafka.Groups;

namespace Worker.Pipeline;

/// <summary>Decodes and tokenises the records of a window. One caller at a time.</summary>
internal sealed class WindowTokenizer
{
    private readonly TextDecoder decoder;
    private readonly WordPieceTokenizer tokenizer;
    private readonly InputOptions input;
    private readonly Chunking? chunking;
    private readonly int maxTokens;

    /// <param name="tokenizer">The encoder's own.</param>
    /// <param name="input">How texts are found, and what happens to long ones.</param>
    /// <param name="encoder">Its limit counts too.</param>
    /// <param name="say">Called once for each kind of value that is not scored literally; null for nobody.</param>
    public WindowTokenizer(
        WordPieceTokenizer tokenizer, InputOptions input, IEncoder encoder, Action<string>? say = null)
    {
        this.tokenizer = tokenizer;
        this.input = input;
        decoder = new TextDecoder(input, say);
        chunking = encoder.Chunking;
        maxTokens = input.MaxTokens == 0 ? encoder.MaxTextTokens : Math.Min(input.MaxTokens, encoder.MaxTextTokens);
    }

    public TokenizedWindow Tokenize(SourceWindow source)
    {
        var count = source.Records.Length;
        var texts = new TextWindow(count);
        var tokens = new TokenWindow(count);
        var failures = new Failure?[count];
        var truncated = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var (record, length) = (source.Records[i], 0);
            failures[i] = Decode(record, out var text) ?? Encode(text, tokens, out length, out truncated[i]);
            texts.Add(record.Value, failures[i] is null ? text : default);
            tokens.Add(failures[i] is null ? length : 0);
        }
        return new TokenizedWindow(source, texts, tokens, failures, truncated, chunking);
    }

    private Failure? Decode(SourceRecord record, out ReadOnlySpan<byte> text)
    {
        try
        {
            return decoder.Decode(record.Value, out text);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            text = default;
            return Failure.Unforeseen(FailureKind.DecoderFailed, error);
        }
    }

    private Failure? Encode(ReadOnlySpan<byte> text, TokenWindow tokens, out int length, out bool truncated)
    {
        (length, truncated) = (0, false);
        var cut = input.MaxBytes > 0 && text.Length > input.MaxBytes;
        if (cut && input.TooLong == TooLong.DeadLetter)
            return new Failure(
                FailureKind.TooLong,
                $"the text has {text.Length:N0} bytes, more than Input:MaxBytes ({input.MaxBytes:N0}): shorten it, " +
                "or set Input:TooLong to Truncate");
        try
        {
            length = tokenizer.Encode(
                cut ? Utf8Text.Start(text, input.MaxBytes) : text, tokens.Room(maxTokens), out truncated);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return Failure.Unforeseen(FailureKind.TokenizerFailed, error);
        }
        if (truncated && input.TooLong == TooLong.DeadLetter)
            return new Failure(
                FailureKind.TooLong,
                $"the text has more than {maxTokens} tokens: shorten it, or set Input:TooLong to Truncate");
        truncated |= cut;
        return null;
    }
}
