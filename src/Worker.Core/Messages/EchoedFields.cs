using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Fields of the input that results carry along, so that a reader can join them back: an object of JSON Pointer to
/// value, each value as it was written. One caller at a time.
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
    /// {"/id":41}; empty where the value is no JSON or has none of the fields. Good until the next call.
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
        // What is no JSON is spared an exception, and what is no UTF-8 would make none of the result.
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
