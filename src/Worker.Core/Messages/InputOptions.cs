using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Messages;

/// <summary>How a message's value is read as text. Section "Input".</summary>
public sealed class InputOptions
{
    /// <summary>What the value holds; default <see cref="InputFormat.Auto"/>.</summary>
    [EnumDataType(typeof(InputFormat))]
    public InputFormat Format { get; set; } = InputFormat.Auto;

    /// <summary>JSON Pointer (RFC 6901) to the text in a JSON value; default <c>/text</c>.</summary>
    [Required, RegularExpression(
        "^(/([^~/]|~0|~1)*)+$", ErrorMessage = "must be a JSON Pointer (RFC 6901) such as /text or /data/body")]
    public string TextPointer { get; set; } = "/text";

    /// <summary>
    /// With Auto, what happens to a value that begins like JSON but is not valid (cut off, NaN, a comma too many, two
    /// objects), or is JSON within a JSON string. Default: dead-lettered.
    /// </summary>
    [EnumDataType(typeof(BrokenJson))]
    public BrokenJson BrokenJson { get; set; } = BrokenJson.DeadLetter;

    /// <summary>What happens to a record without a value (a tombstone). Default: dead-lettered.</summary>
    [EnumDataType(typeof(NullValue))]
    public NullValue NullValue { get; set; } = NullValue.DeadLetter;

    /// <summary>
    /// Maximum number of tokens in a text, [CLS] and [SEP] included; 0 means the encoder's limit, which also caps other
    /// values. Default 0; range 0 to 1,000,000.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxTokens { get; set; }

    /// <summary>Maximum number of UTF-8 bytes in a text; 0 for as many as a record may have. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public int MaxBytes { get; set; }

    /// <summary>
    /// What happens to a text with more tokens or bytes; default: its start is scored and the result says so.
    /// </summary>
    [EnumDataType(typeof(TooLong))]
    public TooLong TooLong { get; set; } = TooLong.Truncate;

    /// <summary>What happens to a text that is empty or only white space; default: scored, as [CLS] [SEP].</summary>
    [EnumDataType(typeof(EmptyText))]
    public EmptyText EmptyText { get; set; } = EmptyText.Score;

    /// <summary>What happens to a value that is not UTF-8; default: dead-lettered.</summary>
    [EnumDataType(typeof(InvalidUtf8))]
    public InvalidUtf8 InvalidUtf8 { get; set; } = InvalidUtf8.DeadLetter;
}

/// <summary>What a message's value holds.</summary>
public enum InputFormat
{
    /// <summary>JSON is read as JSON; a value that does not begin like JSON is the text itself.</summary>
    Auto,

    /// <summary>The value is the text, in UTF-8.</summary>
    Text,

    /// <summary>The value is JSON with the text at the pointer.</summary>
    Json,
}

/// <summary>What happens to a value that begins like JSON but is not valid.</summary>
public enum BrokenJson
{
    DeadLetter,

    /// <summary>The whole value is the text.</summary>
    Score,
}

/// <summary>What happens to a record without a value.</summary>
public enum NullValue
{
    DeadLetter,

    /// <summary>It leads to nothing, and its offset is committed.</summary>
    Skip,
}

/// <summary>What happens to a text without words.</summary>
public enum EmptyText
{
    Score,
    DeadLetter,
}

/// <summary>What happens to a text with too many tokens or bytes.</summary>
public enum TooLong
{
    Truncate,
    DeadLetter,
}

/// <summary>What happens to bytes that are not UTF-8.</summary>
public enum InvalidUtf8
{
    DeadLetter,

    /// <summary>Each invalid sequence becomes U+FFFD, as .NET's decoder does.</summary>
    Replace,
}
