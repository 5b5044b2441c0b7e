using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Heads;

/// <summary>What a record's signature says.</summary>
public enum SignatureState
{
    /// <summary>No key is configured: every record counts.</summary>
    Unchecked,

    /// <summary>It was made with the first key.</summary>
    Current,

    /// <summary>It was made with another of the keys, which is accepted.</summary>
    Older,

    /// <summary>There is none: the record does not count.</summary>
    Missing,

    /// <summary>It was made with no key that is known here, or for another record: the record does not count.</summary>
    Wrong,
}

/// <summary>
/// Signs records of the heads topic and checks them: HMAC-SHA256 (RFC 2104) over key and value, in a header, so that
/// nobody without the key can give workers a head, although he may write to the topic. The first key of
/// <see cref="KafkaOptions.HeadsSigningKey"/> signs, all are accepted. Without a key nothing is signed or checked.
/// Any thread.
/// </summary>
public sealed class HeadSignatures
{
    /// <summary>Name of the header. Its value is <c>hmac-sha256=</c> and the MAC in lower-case hex.</summary>
    public const string Header = "worker-signature";

    private const string Scheme = "hmac-sha256=";

    private readonly byte[][] keys;

    /// <summary>With the keys of the options.</summary>
    public HeadSignatures(KafkaOptions options) => keys = [.. options.SigningKeys.Select(Encoding.UTF8.GetBytes)];

    private HeadSignatures() => keys = [];

    /// <summary>Signs nothing, and accepts everything.</summary>
    public static HeadSignatures None { get; } = new();

    /// <summary>Whether records must be signed.</summary>
    public bool AreRequired => keys.Length > 0;

    /// <summary>Why records in this state do not count, as a predicate; null where they do.</summary>
    public static string? Problem(SignatureState state) => state switch
    {
        SignatureState.Missing => "is not signed, and Kafka:HeadsSigningKey is set",
        SignatureState.Wrong => "has a signature that was made with no key of Kafka:HeadsSigningKey",
        _ => null,
    };

    /// <summary>The headers of a record: its signature, or nothing without a key.</summary>
    /// <param name="value">Null for a tombstone.</param>
    public RecordHeader[] Sign(ReadOnlySpan<byte> key, byte[]? value) => AreRequired
        ? [new RecordHeader(Header, Encoding.ASCII.GetBytes(Scheme + Convert.ToHexStringLower(Mac(0, key, value))))]
        : [];

    /// <summary>Checks a record. Of several signatures the last counts.</summary>
    public SignatureState Check(SourceRecord record)
    {
        if (!AreRequired)
            return SignatureState.Unchecked;
        if (Array.FindLast(record.Headers, header => header.Name == Header).Value is not { } given)
            return SignatureState.Missing;
        for (var i = 0; i < keys.Length; i++)
            if (CryptographicOperations.FixedTimeEquals(
                given, Encoding.ASCII.GetBytes(Scheme + Convert.ToHexStringLower(Mac(i, record.Key, record.Value)))))
                return i == 0 ? SignatureState.Current : SignatureState.Older;
        return SignatureState.Wrong;
    }

    /// <summary>
    /// Over the key's length (int32, big-endian), the key, and the value after a byte 1; or a byte 0 for a tombstone.
    /// So no two records have the same input.
    /// </summary>
    private byte[] Mac(int index, ReadOnlySpan<byte> key, byte[]? value)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys[index]);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, key.Length);
        mac.AppendData(length);
        mac.AppendData(key);
        mac.AppendData([value is null ? (byte)0 : (byte)1]);
        mac.AppendData(value ?? []);
        return mac.GetHashAndReset();
    }
}
