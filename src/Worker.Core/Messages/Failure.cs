namespace Worker.Core.Messages;

/// <summary>Why a message is dead-lettered: by stage, what was wrong. The names are the header values.</summary>
public enum FailureKind
{
    /// <summary>Read: the record has no value (a tombstone).</summary>
    NullValue,

    /// <summary>Read: the value is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>
    /// Read: the value begins like JSON and is not, or is not though JSON was asked for; or its text holds half a
    /// surrogate pair.
    /// </summary>
    InvalidJson,

    /// <summary>Read: Schema Registry's frame around something that is no JSON (Avro or Protobuf).</summary>
    SchemaRegistryFrame,

    /// <summary>Read: the JSON has nothing at the pointer.</summary>
    MissingText,

    /// <summary>Read: what the JSON has at the pointer is no string.</summary>
    TextNotString,

    /// <summary>Read: the text is empty or white space, and the option says dead-letter.</summary>
    EmptyText,

    /// <summary>Read: an error that nobody foresaw, on this message alone.</summary>
    DecoderFailed,

    /// <summary>Tokenize: more bytes or tokens than allowed, and the option says dead-letter.</summary>
    TooLong,

    /// <summary>Tokenize: an error that nobody foresaw, on this message alone.</summary>
    TokenizerFailed,

    /// <summary>Classify: the encoder failed on this message alone, or gave scores that are no numbers.</summary>
    EncoderFailed,

    /// <summary>Publish: an error that nobody foresaw while this message's result was written.</summary>
    ResultFailed,

    /// <summary>Publish: the broker takes no record of that size.</summary>
    ResultTooLarge,
}

/// <summary>What is wrong with a message, for its dead letter.</summary>
/// <param name="Kind">Stage and sort.</param>
/// <param name="Reason">What, where, and what to do, for a person.</param>
public sealed record Failure(FailureKind Kind, string Reason)
{
    /// <summary>
    /// The broker refused the dead letter with all that the message had: it goes with nothing but where that is.
    /// </summary>
    public bool Bare { get; init; }

    /// <summary>The message leads to nothing at all, as was asked for.</summary>
    public bool IsSkipped { get; init; }

    /// <summary>Where in the pipeline it failed: read, tokenise, classify or publish.</summary>
    public string Stage => Kind switch
    {
        FailureKind.TooLong or FailureKind.TokenizerFailed => "tokenise",
        FailureKind.EncoderFailed => "classify",
        FailureKind.ResultFailed or FailureKind.ResultTooLarge => "publish",
        _ => "read",
    };

    /// <summary>An error that nobody foresaw, on one message: the others go on.</summary>
    public static Failure Unforeseen(FailureKind kind, Exception error) =>
        new(kind,
            $"an unexpected error on this message alone ({error.GetType().Name}: {error.Message}): please " +
            "report it with the message");
}
