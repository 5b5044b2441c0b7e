using System.Buffers.Binary;

namespace Worker.Core.Messages;

/// <summary>
/// Schema Registry's frame: a zero byte and the schema's number (int32, big-endian) before the serialised data. JSON
/// remains JSON after it; Avro and Protobuf are not texts.
/// </summary>
internal static class SchemaFrame
{
    private const int Length = 5;

    /// <summary>
    /// Whether a value has the frame, and the schema's number. No text begins with two zero bytes; and registries count
    /// from 1 and do not reach 16 million.
    /// </summary>
    public static bool IsOn(ReadOnlySpan<byte> value, out int schema)
    {
        schema = 0;
        if (value.Length <= Length || value[0] != 0 || value[1] != 0)
            return false;
        schema = BinaryPrimitives.ReadInt32BigEndian(value[1..]);
        return schema > 0;
    }

    /// <summary>Removes the frame from a value that has it.</summary>
    /// <param name="value">A framed value.</param>
    /// <param name="json">The part of the value that is framed.</param>
    /// <returns>False if that part is not valid JSON.</returns>
    public static bool TryTakeOff(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> json)
    {
        json = value[Length..];
        var start = json.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && json[start] is (byte)'{' or (byte)'[' or (byte)'"' && JsonPointer.IsJson(json);
    }
}
