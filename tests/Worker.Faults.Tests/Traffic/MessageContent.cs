using System.Security.Cryptography;
using System.Text;
using Worker.Faults.Tests.Judging;

namespace Worker.Faults.Tests.Traffic;

/// <summary>Contents of messages: JSON with a text of a few words, or something that cannot be processed.</summary>
internal static class MessageContent
{
    public const string IdHeader = "id";

    /// <summary>
    /// First 8 bytes of the value's SHA-256, so that a dead letter's value can be checked without keeping it.
    /// </summary>
    public const string DigestHeader = "digest";

    /// <summary>Just under the brokers' default limit of 1,048,588 bytes for a record batch.</summary>
    private const int OversizeBytes = 1_048_100;

    private static readonly string[] Words =
        ("the order has not arrived and nobody answers my mail please send the money back or tell me when it will be " +
            "here thank you for a quick reply all is well with the new one").Split(' ');

    /// <summary>The value of a message; null for a tombstone.</summary>
    public static byte[]? Value(Poison poison, int id, Random random) => poison switch
    {
        Poison.NullValue => null,
        Poison.InvalidUtf8 =>
            [.. Encoding.UTF8.GetBytes("{\"text\":\""), 0xC3, 0x28, 0xFF, .. Encoding.UTF8.GetBytes($" {id}\"}}")],
        Poison.InvalidJson => Encoding.UTF8.GetBytes($"{{\"text\": \"{id} has no end"),
        Poison.MissingText => Encoding.UTF8.GetBytes($"{{\"txt\": \"message {id} under another name\"}}"),
        Poison.Oversize => Oversize(),
        _ => Encoding.UTF8.GetBytes($"{{\"text\": \"message {id}: {Text(random)}\"}}"),
    };

    public static byte[] Digest(byte[]? value) => SHA256.HashData(value ?? [])[..8];

    private static string Text(Random random) =>
        string.Join(' ', Enumerable.Range(0, random.Next(3, 25)).Select(_ => Words[random.Next(Words.Length)]));

    private static byte[] Oversize()
    {
        var value = new byte[OversizeBytes];
        value.AsSpan().Fill((byte)'x');
        value[^1] = 0xFF;
        return value;
    }
}
