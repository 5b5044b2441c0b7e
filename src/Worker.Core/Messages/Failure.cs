namespace Worker.Core.Messages;

/// <summary>Why a message is dead-lettered: by stage, what was wrong. The names are the header values.</summary>
public enum FailureKind
{
    /// <summary>Read: the record has no value (a tombstone).</summary>
    NullValue,

    /// <summary>Read: the value is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>Read: the value is not JSON, though JSON was asked for.</summary>
    InvalidJson,

    /// <summary>Read: the JSON has no text at the pointer, or something other than a string.</summary>
    MissingText,

    /// <summary>Read: more tokens than allowed, and the option says dead-letter.</summary>
    TooLong,

    /// <summary>Classify: the encoder failed on this message alone.</summary>
    EncoderFailed,

    /// <summary>Publish: the broker takes no record of that size.</summary>
    ResultTooLarge,
}

/// <summary>What is wrong with a message, for its dead letter.</summary>
/// <param name="Kind">Stage and sort.</param>
/// <param name="Reason">What, where, and what to do, for a person.</param>
public sealed record Failure(FailureKind Kind, string Reason);
