using System.Text;
using System.Text.Json;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the value at a JSON Pointer (RFC 6901). The whole JSON is read, so that invalid JSON is never accepted. Of
/// properties with equal names the last counts, as in nearly every parser. Nesting may have any depth, because nothing
/// here recurses into values that the pointer does not name. One caller at a time.
/// </summary>
internal sealed class JsonPointer
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private readonly byte[][] path;
    private Range place;
    private JsonTokenType type;

    public JsonPointer(string pointer)
    {
        Pointer = pointer;
        path = [.. pointer.Split('/')[1..].Select(part =>
            Encoding.UTF8.GetBytes(
                part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))];
    }

    /// <summary>The value exactly as it was written.</summary>
    public string Pointer { get; }

    /// <summary>Where the value is; its type is None if there is none.</summary>
    /// <param name="json">UTF-8.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public (Range Place, JsonTokenType Type) Find(ReadOnlySpan<byte> json)
    {
        type = JsonTokenType.None;
        var reader = new Utf8JsonReader(json, AnyDepth);
        reader.Read();
        Descend(ref reader, 0);
        while (reader.Read())
        {
        }
        return (place, type);
    }

    /// <summary>Whether bytes are one JSON value and nothing else, as <see cref="Find"/> reads it.</summary>
    public static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, AnyDepth);
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads the reader's current value to its end, and remembers the value that the rest of the pointer names in it.
    /// </summary>
    private void Descend(ref Utf8JsonReader reader, int depth)
    {
        type = JsonTokenType.None;
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
            // An escaped lone surrogate in a name, which no pointer can contain.
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
        return !part.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (part.Length == 1 || !part.StartsWith("0"u8))
            && int.TryParse(part, out index);
    }

    private void Take(ref Utf8JsonReader reader)
    {
        type = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        reader.TrySkip();
        place = start..(int)reader.BytesConsumed;
    }
}
