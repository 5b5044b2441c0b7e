using System.Buffers.Binary;
using System.Text.Json;

namespace Worker.Core.Messages;

/// <summary>
/// Schema Registry's frame: a zero byte and the schema's number (int32, big-endian) in front of what was serialised. JSON
/// stays JSON behind it; Avro and Protobuf are no texts.
/// </summary>
internal static class SchemaFrame
{
    private const int Length = 5;

    /// <summary>
    /// Whether a value has the frame, and the schema's number. Two zero bytes and three more begin no text; registries
    /// count from 1, and none has come to 16 million.
    /// </summary>
    public static bool IsOn(ReadOnlySpan<byte> value, out int schema)
    {
        schema = 0;
        if (value.Length <= Length || value[0] != 0 || value[1] != 0)
            return false;
        schema = BinaryPrimitives.ReadInt32BigEndian(value[1..]);
        return schema > 0;
    }

    /// <summary>What is framed, where it is JSON as a whole; null for anything else.</summary>
    public static byte[]? Json(byte[] value)
    {
        var payload = value.AsSpan(Length);
        var start = payload.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && payload[start] is (byte)'{' or (byte)'[' or (byte)'"' && IsJson(payload) ? payload.ToArray() : null;
    }

    /// <summary>Whether bytes are one JSON value and nothing else.</summary>
    public static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue });
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
}
