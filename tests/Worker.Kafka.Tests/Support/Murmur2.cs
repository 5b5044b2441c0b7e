using System.Buffers.Binary;

namespace Worker.Kafka.Tests.Support;

/// <summary>
/// MurmurHash2, 32 bit, with the seed that Kafka's Java client partitions by. Source: Austin Appleby's description of
/// the algorithm.
/// </summary>
internal static class Murmur2
{
    public static uint Hash(ReadOnlySpan<byte> data)
    {
        const uint Multiplier = 0x5bd1e995;
        var hash = 0x9747b28cu ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var block = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            block = (block ^ (block >> 24)) * Multiplier;
            hash = (hash * Multiplier) ^ block;
        }
        if (data.Length > 0)
        {
            for (var i = data.Length - 1; i >= 0; i--)
                hash ^= (uint)data[i] << (8 * i);
            hash *= Multiplier;
        }
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
