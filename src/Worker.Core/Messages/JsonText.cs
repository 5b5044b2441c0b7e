using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the string at a JSON Pointer (RFC 6901). The whole value is read, so that what is not JSON is never taken for it;
/// of properties with equal names the last counts, as in nearly every parser. Nesting may have any depth: nothing here
/// recurses into what the pointer does not name. One caller at a time.
/// </summary>
internal sealed class JsonText
{
    private readonly string pointer;
    private readonly byte[][] path;
    private readonly ArrayBufferWriter<byte> scratch = new(4096);
    private Found found;
    private JsonTokenType type;
    private int length;

    public JsonText(string pointer)
    {
        this.pointer = pointer;
        path = [.. pointer.Split('/')[1..].Select(part =>
            Encoding.UTF8.GetBytes(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))];
    }

    private enum Found
    {
        Nothing,
        Text,
        NoString,
        NoCharacter,
    }

    /// <summary>The text, or the failure.</summary>
    /// <param name="value">UTF-8.</param>
    /// <param name="text">Good until the next call.</param>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public Failure? Find(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text)
    {
        text = default;
        found = Found.Nothing;
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        Descend(ref reader, 0);
        while (reader.Read())
        {
        }
        switch (found)
        {
            case Found.Text:
                text = scratch.WrittenSpan[..length];
                return null;
            case Found.NoString:
                return new Failure(FailureKind.TextNotString, $"{pointer} is {Name(type)}, not a string: send the text there");
            case Found.NoCharacter:
                return new Failure(FailureKind.InvalidJson, $"the string at {pointer} holds an escaped lone surrogate, which is no character: send whole characters");
            default:
                return new Failure(FailureKind.MissingText, $"the JSON has no {pointer}: send the text there, or set Input:TextPointer to where it is");
        }
    }

    /// <summary>Reads the value that the reader is at to its end, and notes what the rest of the pointer leads to in it.</summary>
    private void Descend(ref Utf8JsonReader reader, int depth)
    {
        found = Found.Nothing;
        if (depth == path.Length)
            Take(ref reader);
        else if (reader.TokenType == JsonTokenType.StartObject)
            Properties(ref reader, depth);
        else if (reader.TokenType == JsonTokenType.StartArray)
            Elements(ref reader, depth);
    }

    private void Properties(ref Utf8JsonReader reader, int depth)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = IsNamed(ref reader, path[depth]);
            reader.Read();
            if (named)
                Descend(ref reader, depth + 1);
            else
                reader.TrySkip();
        }
    }

    private static bool IsNamed(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate in a name: no pointer can name it.
            return false;
        }
    }

    private void Elements(ref Utf8JsonReader reader, int depth)
    {
        if (!Index(path[depth], out var index))
            index = -1;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0)
                Descend(ref reader, depth + 1);
            else
                reader.TrySkip();
        }
    }

    /// <summary>An array index as the RFC writes it: digits, no leading zero.</summary>
    private static bool Index(ReadOnlySpan<byte> part, out int index)
    {
        index = 0;
        return !part.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (part.Length == 1 || !part.StartsWith("0"u8)) && int.TryParse(part, out index);
    }

    private void Take(ref Utf8JsonReader reader)
    {
        type = reader.TokenType;
        if (type != JsonTokenType.String)
        {
            found = Found.NoString;
            reader.TrySkip();
            return;
        }
        scratch.ResetWrittenCount();
        try
        {
            length = reader.CopyString(scratch.GetSpan(reader.ValueSpan.Length));
            scratch.Advance(length);
            found = Found.Text;
        }
        catch (InvalidOperationException)
        {
            // CopyString throws this for an escaped lone surrogate: no UTF-8 can stand for it.
            found = Found.NoCharacter;
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
