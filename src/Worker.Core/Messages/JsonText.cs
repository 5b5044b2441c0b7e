using System.Buffers;
using System.Text.Json;

namespace Worker.Core.Messages;

/// <summary>Finds the text of a JSON value: the string at a JSON Pointer. One caller at a time.</summary>
internal sealed class JsonText(string pointer)
{
    private readonly JsonPointer path = new(pointer);
    private readonly ArrayBufferWriter<byte> scratch = new(4096);

    /// <summary>The text, or the failure.</summary>
    /// <param name="value">UTF-8.</param>
    /// <param name="text">A part of the value if it has no escapes; otherwise valid until the next call.</param>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public Failure? Find(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text)
    {
        text = default;
        var (place, type) = path.Find(value);
        return type switch
        {
            JsonTokenType.String => Unescape(value[place], out text),
            JsonTokenType.None =>
                new Failure(
                    FailureKind.MissingText,
                    $"the JSON has no {pointer}: send the text there, or set Input:TextPointer to where it is"),
            _ => new Failure(
                FailureKind.TextNotString, $"{pointer} is {Name(type)}, not a string: send the text there"),
        };
    }

    private Failure? Unescape(ReadOnlySpan<byte> quoted, out ReadOnlySpan<byte> text)
    {
        text = quoted[1..^1];
        if (!text.Contains((byte)'\\'))
            return null;
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        scratch.ResetWrittenCount();
        try
        {
            var length = reader.CopyString(scratch.GetSpan(quoted.Length));
            scratch.Advance(length);
            text = scratch.WrittenSpan;
            return null;
        }
        catch (InvalidOperationException)
        {
            // CopyString throws this for an escaped lone surrogate, which UTF-8 cannot represent.
            text = default;
            return new Failure(
                FailureKind.InvalidJson,
                $"the string at {pointer} holds an escaped lone surrogate, which is not a character: send whole " +
                "characters");
        }
    }

    private static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
