using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Worker.Onnx.Safetensors;

/// <summary>Writes f32 tensors as a safetensors file.</summary>
internal static class SafetensorsWriter
{
    /// <param name="path">The file; overwritten if it exists.</param>
    /// <param name="tensors">Name, shape and elements (row-major) of each, in their order in the file.</param>
    public static void Write(string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            var offset = 0L;
            foreach (var (name, shape, values) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += (long)sizeof(float) * values.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // The data begin at a multiple of 8 bytes: the header is padded with spaces, which JSON allows.
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');

        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        header.WriteTo(file);
        foreach (var (_, _, values) in tensors)
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
