using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Worker.Core.Anomaly;

/// <summary>A record of the heads topic; a null value is a tombstone.</summary>
public readonly record struct RolloutRecord(byte[] Key, byte[]? Value);

/// <summary>
/// How a reference is sent over the heads topic, where brokers limit the size of a record. It is sent as chunks, each
/// under its own key that contains the hash of the whole, and a manifest that says which hash is in use and how many
/// chunks it has. Chunks come first, then the manifest, then tombstones for the chunks of other references. Keys begin
/// with the byte 0xFF. No label's key can: labels are UTF-8, and UTF-8 has no such byte.
/// </summary>
public static class AnomalyRollout
{
    /// <summary>Maximum bytes of a chunk: under a broker's usual 1 MiB.</summary>
    public const int ChunkBytes = 512 * 1024;

    private const byte Mark = 0xFF;

    /// <summary>Key of the manifest; a tombstone under it withdraws the reference.</summary>
    public static byte[] ManifestKey { get; } = [Mark, .. "anomaly"u8];

    /// <summary>Whether a record of the heads topic belongs to a reference rather than to a label.</summary>
    public static bool Owns(ReadOnlySpan<byte> key) => key.StartsWith(ManifestKey);

    /// <summary>The hash that names a reference: sha256 of its bytes, lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> reference) => Convert.ToHexStringLower(SHA256.HashData(reference));

    /// <summary>The records of a reference in the order they must be published: chunks, then the manifest.</summary>
    /// <param name="reference">As <see cref="AnomalyFormat.Serialize"/> gave it.</param>
    public static IReadOnlyList<RolloutRecord> Split(byte[] reference)
    {
        var encoder = AnomalyFormat.Parse(reference).Encoder;
        var hash = HashOf(reference);
        var records = new List<RolloutRecord>();
        for (var start = 0; start < reference.Length; start += ChunkBytes)
            records.Add(
                new RolloutRecord(
                    ChunkKey(hash, records.Count), reference[start..Math.Min(reference.Length, start + ChunkBytes)]));
        var manifest = new ManifestRecord
        {
            Hash = hash,
            Encoder = encoder,
            Bytes = reference.Length,
            Chunks = records.Count,
        };
        records.Add(
            new RolloutRecord(
                ManifestKey, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestContext.Default.ManifestRecord)));
        return records;
    }

    /// <summary>Tombstones for keys that are chunks of other references than the named one.</summary>
    public static IReadOnlyList<RolloutRecord> Outdated(IEnumerable<byte[]> keys, string hash) =>
        [.. keys.Where(key => ReadChunkKey(key) is { } chunk && chunk.Hash != hash).Select(key =>
            new RolloutRecord(key, null))];

    internal static byte[] ChunkKey(string hash, int index) =>
        [Mark, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"anomaly/{hash}/{index}"))];

    /// <summary>The parts of a chunk's key; null for any other key.</summary>
    internal static (string Hash, int Index)? ReadChunkKey(ReadOnlySpan<byte> key)
    {
        if (!Owns(key))
            return null;
        var parts = Encoding.ASCII.GetString(key[1..]).Split('/');
        return parts is ["anomaly", { Length: 64 } hash, var number]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (hash, index)
            : null;
    }
}

/// <summary>The manifest's JSON.</summary>
internal sealed class ManifestRecord
{
    public string? Hash { get; init; }

    public string? Encoder { get; init; }

    public int? Bytes { get; init; }

    public int? Chunks { get; init; }
}

[JsonSerializable(typeof(ManifestRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class ManifestContext : JsonSerializerContext;
