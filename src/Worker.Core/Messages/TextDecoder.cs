using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the text in a message's value: UTF-8 bytes, in the value itself where that is possible, else in a buffer of
/// the decoder's that is good until the next call. One caller at a time.
/// </summary>
public sealed class TextDecoder
{
    private readonly InputOptions options;
    private readonly byte[][] path;
    private readonly ArrayBufferWriter<byte> scratch = new(4096);

    public TextDecoder(InputOptions options)
    {
        this.options = options;
        path = [.. options.TextPointer.Split('/')[1..].Select(part =>
            Encoding.UTF8.GetBytes(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))];
    }

    /// <summary>The text of a value, or the failure that keeps it from being one.</summary>
    /// <param name="value">The record's value; null for a tombstone.</param>
    /// <param name="text">UTF-8 text; good until the next call.</param>
    public Failure? Decode(byte[]? value, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (value is null)
            return new Failure(FailureKind.NullValue, "the record has no value (a tombstone): there is nothing to classify");
        if (!Utf8.IsValid(value))
        {
            if (options.InvalidUtf8 == InvalidUtf8.DeadLetter)
                return new Failure(FailureKind.InvalidUtf8, $"the value is not UTF-8 (first bad byte at {FirstInvalid(value)}): send UTF-8, or set Input:InvalidUtf8 to Replace");
            value = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value));
        }
        if (options.Format == InputFormat.Text || (options.Format == InputFormat.Auto && !LooksLikeObject(value)))
        {
            text = value;
            return null;
        }
        return DecodeJson(value, out text);
    }

    private Failure? DecodeJson(byte[] value, out ReadOnlySpan<byte> text)
    {
        text = default;
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            if (!Descend(ref reader, out var failure))
            {
                // Whether the rest is JSON decides between "no text here" and "not JSON at all".
                while (reader.Read())
                {
                }
                return failure;
            }
            scratch.ResetWrittenCount();
            var room = scratch.GetSpan(reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length);
            var written = reader.CopyString(room);
            while (reader.Read())
            {
            }
            text = room[..written];
            return null;
        }
        catch (JsonException e)
        {
            if (options.Format == InputFormat.Auto)
            {
                text = value;
                return null;
            }
            return new Failure(FailureKind.InvalidJson, $"the value is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): send JSON with the text at {options.TextPointer}, or set Input:Format to Text");
        }
        catch (InvalidOperationException)
        {
            // CopyString throws this for an escaped lone surrogate: no UTF-8 can stand for it.
            return new Failure(FailureKind.InvalidJson, $"the string at {options.TextPointer} holds an escaped lone surrogate, which is no character: send whole characters");
        }
    }

    /// <summary>Moves the reader to the string at the pointer.</summary>
    private bool Descend(ref Utf8JsonReader reader, out Failure? failure)
    {
        failure = null;
        reader.Read();
        foreach (var part in path)
        {
            if (!Enter(ref reader, part))
            {
                failure = new Failure(FailureKind.MissingText, $"the JSON has no {options.TextPointer}: send the text there, or set Input:TextPointer to where it is");
                return false;
            }
        }
        if (reader.TokenType == JsonTokenType.String)
            return true;
        failure = new Failure(FailureKind.MissingText, $"{options.TextPointer} is {Name(reader.TokenType)}, not a string: send the text there");
        reader.TrySkip();
        return false;
    }

    /// <summary>Steps into one property of an object or one element of an array.</summary>
    private static bool Enter(ref Utf8JsonReader reader, byte[] part)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(part);
                reader.Read();
                if (found)
                    return true;
                reader.TrySkip();
            }
            return false;
        }
        if (reader.TokenType != JsonTokenType.StartArray || !int.TryParse(part, out var index))
            return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0)
                return true;
            reader.TrySkip();
        }
        return false;
    }

    private static bool LooksLikeObject(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && value[start] == (byte)'{';
    }

    private static int FirstInvalid(ReadOnlySpan<byte> value)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(value[at..], out _, out var consumed) == OperationStatus.Done)
            at += consumed;
        return at;
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
