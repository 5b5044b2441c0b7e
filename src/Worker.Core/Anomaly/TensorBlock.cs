using System.Buffers.Binary;

namespace Worker.Core.Anomaly;

/// <summary>
/// Numbers as bytes: little-endian f32, or f16 where half the size is worth a relative error of 1/2,048.
/// </summary>
internal static class TensorBlock
{
    public const string Single = "f32";
    public const string Half = "f16";

    public static int Size(string type) => type == Half ? 2 : 4;

    public static void Write(ReadOnlySpan<float> values, string type, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (type == Half)
                BinaryPrimitives.WriteHalfLittleEndian(bytes[(i * 2)..], (Half)values[i]);
            else
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * 4)..], values[i]);
        }
    }

    public static float[] Read(ReadOnlySpan<byte> bytes, string type)
    {
        var values = new float[bytes.Length / Size(type)];
        for (var i = 0; i < values.Length; i++)
            values[i] = type == Half
                ? (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..])
                : BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
        return values;
    }
}
