using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Fields of the input that are copied into results, so that a reader can match the two: an object from JSON Pointer to
/// value, each value exactly as it was written. One caller at a time.
/// </summary>
public sealed class EchoedFields
{
    private readonly (JsonPointer Path, byte[] Name)[] fields;
    private readonly ArrayBufferWriter<byte> output = new(256);

    /// <param name="pointers">JSON Pointers (RFC 6901) separated by commas; empty for none.</param>
    public EchoedFields(string pointers) =>
        fields = [.. pointers.Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)
            .Select(pointer => (new JsonPointer(pointer), JsonEncodedText.Encode(pointer).EncodedUtf8Bytes.ToArray()))];

    /// <summary>
    /// {"/id":41}; empty if the value is not JSON or has none of the fields. Valid until the next call.
    /// </summary>
    /// <param name="value">The record's value.</param>
    public ReadOnlySpan<byte> Read(byte[]? value)
    {
        if (fields.Length == 0 || value is null)
            return default;
        ReadOnlySpan<byte> json = value;
        if (json.StartsWith("\uFEFF"u8))
            json = json[3..];
        var start = json.IndexOfAnyExcept(" \t\r\n"u8);
        // Avoids an exception for a value that is not JSON; and a value that is not UTF-8 would make the result
        // invalid.
        if (start < 0 || json[start] is not ((byte)'{' or (byte)'[') || !Utf8.IsValid(json))
            return default;
        try
        {
            return Object(json);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private ReadOnlySpan<byte> Object(ReadOnlySpan<byte> json)
    {
        output.ResetWrittenCount();
        foreach (var (path, name) in fields)
        {
            var (place, type) = path.Find(json);
            if (type == JsonTokenType.None)
                continue;
            output.Write(output.WrittenCount == 0 ? "{\""u8 : ",\""u8);
            output.Write(name);
            output.Write("\":"u8);
            output.Write(json[place]);
        }
        if (output.WrittenCount == 0)
            return default;
        output.Write("}"u8);
        return output.WrittenSpan;
    }
}
