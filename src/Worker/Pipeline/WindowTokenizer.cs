using Worker.Core.Messages;
using Worker.Core.Tokenization;
using Worker.Core.Windows;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>Decodes and tokenises the records of a window. One caller at a time.</summary>
internal sealed class WindowTokenizer
{
    private readonly TextDecoder decoder;
    private readonly WordPieceTokenizer tokenizer;
    private readonly InputOptions input;
    private readonly int maxTokens;

    /// <param name="tokenizer">The encoder's own.</param>
    /// <param name="input">How texts are found, and what happens to long ones.</param>
    /// <param name="encoderMaxTokens">The longest text that the encoder takes, in tokens.</param>
    public WindowTokenizer(WordPieceTokenizer tokenizer, InputOptions input, int encoderMaxTokens)
    {
        this.tokenizer = tokenizer;
        this.input = input;
        decoder = new TextDecoder(input);
        maxTokens = input.MaxTokens == 0 ? encoderMaxTokens : Math.Min(input.MaxTokens, encoderMaxTokens);
    }

    public TokenisedWindow Tokenise(SourceWindow source)
    {
        var count = source.Records.Length;
        var tokens = new TokenWindow(count);
        var failures = new Failure?[count];
        var truncated = new bool[count];
        for (var i = 0; i < count; i++)
        {
            failures[i] = decoder.Decode(source.Records[i].Value, out var text);
            if (failures[i] is not null)
            {
                tokens.Add(0);
                continue;
            }
            var length = tokenizer.Encode(text, tokens.Room(maxTokens), out truncated[i]);
            if (truncated[i] && input.TooLong == TooLong.DeadLetter)
            {
                failures[i] = new Failure(FailureKind.TooLong, $"the text has more than {maxTokens} tokens: shorten it, or set Input:TooLong to Truncate");
                length = 0;
            }
            tokens.Add(length);
        }
        return new TokenisedWindow(source, tokens, failures, truncated);
    }
}
