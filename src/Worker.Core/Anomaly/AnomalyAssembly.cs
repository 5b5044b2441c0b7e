using System.Text.Json;

namespace Worker.Core.Anomaly;

/// <summary>The effect of a record of the heads topic.</summary>
/// <param name="Reference">A whole reference to take up; null when it is withdrawn.</param>
public readonly record struct AssembledReference(byte[]? Reference);

/// <summary>
/// Puts references together from the records of <see cref="AnomalyRollout"/>, in whatever order partitions bring them.
/// A reference is used when the last manifest names it, all its chunks are there and their hash is right; until then
/// nothing changes. One caller at a time.
/// </summary>
public sealed class AnomalyAssembly
{
    /// <summary>
    /// Maximum number of chunks without a manifest that are kept; otherwise half-published references would pile up.
    /// </summary>
    private const int MaximumWaiting = 512;

    private readonly Dictionary<(string Hash, int Index), byte[]> chunks = [];
    private ManifestRecord? manifest;
    private string? assembled;

    /// <summary>Takes one record.</summary>
    /// <returns>What must be taken up now; null if this record completes nothing.</returns>
    /// <exception cref="AnomalyRefusedException">The record or the whole reference is damaged; the one in use
    /// stays.</exception>
    public AssembledReference? Take(ReadOnlySpan<byte> key, byte[]? value)
    {
        if (key.SequenceEqual(AnomalyRollout.ManifestKey))
            return value is null ? Withdraw() : TakeManifest(value);
        if (AnomalyRollout.ReadChunkKey(key) is not { } chunk)
            throw new AnomalyRefusedException(
                "a record of the heads topic has a key that begins with 0xFF and is not an anomaly record: it is a " +
                "later version's, or a mistake; it is ignored");
        if (value is null)
        {
            chunks.Remove(chunk);
            return null;
        }
        if (chunk.Hash == assembled)
            return null;
        if (chunks.Count >= MaximumWaiting && chunk.Hash != manifest?.Hash)
            throw new AnomalyRefusedException($"{MaximumWaiting} chunks of anomaly references wait for a manifest:" +
                " publish a reference again, which clears them");
        chunks[chunk] = value;
        return Complete();
    }

    private AssembledReference? Withdraw()
    {
        manifest = null;
        var had = assembled is not null;
        assembled = null;
        return had ? new AssembledReference(null) : null;
    }

    private AssembledReference? TakeManifest(byte[] value)
    {
        try
        {
            manifest = JsonSerializer.Deserialize(value, ManifestContext.Default.ManifestRecord) is
            {
                Hash.Length: 64, Chunks: > 0, Bytes: > 0,
            } read
                ? read
                : throw new AnomalyRefusedException(
                    "the manifest of an anomaly reference lacks hash, chunks or bytes: publish the reference again");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new AnomalyRefusedException(
                $"the manifest of an anomaly reference is not JSON ({broken.Message}): publish the reference again",
                broken);
        }
        return Complete();
    }

    private AssembledReference? Complete()
    {
        if (manifest is null || manifest.Hash == assembled)
            return null;
        var bytes = 0L;
        for (var index = 0; index < manifest.Chunks; index++)
        {
            if (!chunks.TryGetValue((manifest.Hash!, index), out var chunk))
                return null;
            bytes += chunk.Length;
        }
        if (bytes != manifest.Bytes)
            throw new AnomalyRefusedException(
                $"the chunks of anomaly reference {manifest.Hash![..12]} have {bytes:N0} bytes, its manifest says " +
                $"{manifest.Bytes:N0}: publish it again");
        var whole = new byte[bytes];
        var at = 0;
        for (var index = 0; index < manifest.Chunks; index++)
        {
            chunks.Remove((manifest.Hash!, index), out var chunk);
            chunk!.CopyTo(whole, at);
            at += chunk.Length;
        }
        if (AnomalyRollout.HashOf(whole) != manifest.Hash)
            throw new AnomalyRefusedException(
                $"the chunks of anomaly reference {manifest.Hash![..12]} do not have its hash: publish it again");
        assembled = manifest.Hash;
        return new AssembledReference(whole);
    }
}
