namespace Worker.Core.Messages;

/// <summary>Why a message is dead-lettered, ordered by stage. The names are the header values.</summary>
public enum FailureKind
{
    /// <summary>Read: the record has no value (a tombstone).</summary>
    NullValue,

    /// <summary>Read: the value is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>
    /// Read: the value begins like JSON but is not valid, or is not JSON although JSON was asked for; or its text holds
    /// half a surrogate pair.
    /// </summary>
    InvalidJson,

    /// <summary>Read: Schema Registry's frame around something that is not JSON (Avro or Protobuf).</summary>
    SchemaRegistryFrame,

    /// <summary>Read: the JSON has nothing at the pointer.</summary>
    MissingText,

    /// <summary>Read: the value at the pointer is not a string.</summary>
    TextNotString,

    /// <summary>Read: the text is empty or white space, and the option says dead-letter.</summary>
    EmptyText,

    /// <summary>Read: an unexpected error on this message alone.</summary>
    DecoderFailed,

    /// <summary>Tokenise: more bytes or tokens than allowed, and the option says dead-letter.</summary>
    TooLong,

    /// <summary>Tokenise: an unexpected error on this message alone.</summary>
    TokenizerFailed,

    /// <summary>Classify: the encoder failed on this message alone, or gave scores that are not numbers.</summary>
    EncoderFailed,

    /// <summary>Label: a record of the labels topic that is no label event.</summary>
    InvalidAnswer,

    /// <summary>Label: an answer that names a message alone, whose text is not to be had any more.</summary>
    TextGone,

    /// <summary>Publish: an unexpected error while this message's result was written.</summary>
    ResultFailed,

    /// <summary>Publish: the broker does not take a record of that size.</summary>
    ResultTooLarge,
}

/// <summary>What is wrong with a message, for its dead letter.</summary>
/// <param name="Kind">Stage and kind.</param>
/// <param name="Reason">What, where, and what to do, for a person.</param>
public sealed record Failure(FailureKind Kind, string Reason)
{
    /// <summary>
    /// The broker refused the dead letter with the whole message, so it is sent with only the message's position.
    /// </summary>
    public bool Bare { get; init; }

    /// <summary>The message leads to no record, as the options say.</summary>
    public bool IsSkipped { get; init; }

    /// <summary>Where it failed: read, tokenise, classify or publish, or label for an answer.</summary>
    public string Stage => Kind switch
    {
        FailureKind.TooLong or FailureKind.TokenizerFailed => "tokenise",
        FailureKind.EncoderFailed => "classify",
        FailureKind.ResultFailed or FailureKind.ResultTooLarge => "publish",
        FailureKind.InvalidAnswer or FailureKind.TextGone => "label",
        _ => "read",
    };

    /// <summary>An unexpected error on one message; the others go on.</summary>
    public static Failure Unforeseen(FailureKind kind, Exception error) =>
        new(kind,
            $"an unexpected error on this message alone ({error.GetType().Name}: {error.Message}): please " +
            "report it with the message");
}
