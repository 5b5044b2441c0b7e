using System.Text;
using Confluent.Kafka;
using Worker.Core.Messages;

namespace Worker.Tests.Poison;

/// <summary>Messages of every bad kind, with good ones between; number i is always the same message.</summary>
internal static class MalformedMessage
{
    /// <summary>Bytes that <see cref="Settings"/> allow for a text.</summary>
    public const int MaximumBytes = 600;

    private static readonly (string Name, FailureKind? Expected, Func<int, byte[]?> Value)[] Sorts =
    [
        ("tombstone", FailureKind.NullValue, _ => null),
        ("empty value", FailureKind.InvalidJson, _ => []),
        ("Latin-1", FailureKind.InvalidUtf8, i => [.. Text($"{{\"text\":\"caf {i} "), 0xE9, .. "\"}"u8]),
        ("continuation byte alone", FailureKind.InvalidUtf8, i => [0x80, .. Text($"{i}")]),
        ("overlong encoding", FailureKind.InvalidUtf8, i => [.. Text($"{i}"), 0xC0, 0xAF]),
        ("character cut in two", FailureKind.InvalidUtf8, i => [.. Text($"{{\"text\":\"{i}"), 0xF0, 0x9F, 0x91]),
        ("surrogate in UTF-8", FailureKind.InvalidUtf8, i => [.. Text($"{{\"text\":\"{i}"), 0xED, 0xA0, 0x80,
            .. "\"}"u8]),
        ("UTF-16", FailureKind.InvalidUtf8, i => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes($"{{\"text\":\"{i}\"}}")]),
        ("gzip", FailureKind.InvalidUtf8, i => [0x1F, 0x8B, 0x08, 0, (byte)i, (byte)(i >> 8), 0xFF]),
        ("Avro in a registry's frame", FailureKind.SchemaRegistryFrame, i => [0, 0, 0, 0, 7, (byte)'$',
            .. Text($"words {i}")]),
        ("plain text", FailureKind.InvalidJson, i => Text($"just some words, number {i}")),
        ("cut JSON", FailureKind.InvalidJson, i => Text($"{{\"text\":\"words {i}\"")),
        ("trailing comma", FailureKind.InvalidJson, i => Text($"{{\"text\":\"words {i}\",}}")),
        ("two documents", FailureKind.InvalidJson, i => Text($"{{\"text\":\"words {i}\"}}{{\"text\":\"more\"}}")),
        ("single quotes", FailureKind.InvalidJson, i => Text($"{{'text':'words {i}'}}")),
        ("comment", FailureKind.InvalidJson, i => Text($"{{\"text\":\"words\" /* {i} */}}")),
        ("control character", FailureKind.InvalidJson, i => Text($"{{\"text\":\"words\u0001 {i}\"}}")),
        ("lone surrogate escaped", FailureKind.InvalidJson, i => Text($"{{\"text\":\"{i} \\ud83d\"}}")),
        ("unclosed depth", FailureKind.InvalidJson, i => Text(new string('[', 50 + i % 100))),
        ("field missing", FailureKind.MissingText, i => Text($"{{\"body\":\"words {i}\"}}")),
        ("field in capitals", FailureKind.MissingText, i => Text($"{{\"Text\":\"words {i}\"}}")),
        ("array", FailureKind.MissingText, i => Text($"[\"words\",{i}]")),
        ("string", FailureKind.MissingText, i => Text($"\"words {i}\"")),
        ("number", FailureKind.TextNotString, i => Text($"{{\"text\":{i}}}")),
        ("null", FailureKind.TextNotString, i => Text($"{{\"n\":{i},\"text\":null}}")),
        ("object", FailureKind.TextNotString, i => Text($"{{\"text\":{{\"text\":\"words {i}\"}}}}")),
        ("list", FailureKind.TextNotString, i => Text($"{{\"text\":[\"words {i}\"]}}")),
        ("last of two is no text", FailureKind.TextNotString, i => Text($"{{\"text\":\"words\",\"text\":{i}}}")),
        ("empty text", FailureKind.EmptyText, i => Text($"{{\"n\":{i},\"text\":\"\"}}")),
        ("white space", FailureKind.EmptyText, i => Text($"{{\"n\":{i},\"text\":\" \\n\\u3000\"}}")),
        ("too many tokens", FailureKind.TooLong, i => Text(
            $"{{\"text\":\"{i} {string.Join(' ', Enumerable.Repeat("of", 40))}\"}}")),
        ("too many bytes", FailureKind.TooLong, i => Text($"{{\"text\":\"{i} {new string('x', MaximumBytes)}\"}}")),
        ("good", null, i => Text($"{{\"text\":\"where is my order {i}?\"}}")),
        ("good, byte order mark", null, i => Text($"\uFEFF{{\"text\":\"thank you {i}\"}}")),
        ("good, in a registry's frame", null, i => [0, 0, 0, 1, 2, .. Text($"{{\"text\":\"where is it {i}\"}}")]),
        ("good, cloud event", null, i => Text(
            $"{{\"specversion\":\"1.0\",\"id\":\"{i}\",\"data\":\"where is it {i}\"}}")),
        ("good, NUL escaped", null, i => Text($"{{\"text\":\"a\\u0000b {i}\"}}")),
        ("good, nested deeply", null, i => Text(
            $"{{\"deep\":{new string('[', 200)}{new string(']', 200)},\"text\":\"{i}\"}}")),
        ("good, last of two", null, i => Text($"{{\"text\":7,\"text\":\"words {i}\"}}")),
        ("good, one long word", null, i => Text($"{{\"text\":\"{i}{new string('y', 500)}\"}}")),
    ];

    /// <summary>How many bad kinds there are.</summary>
    public static int BadSorts => Sorts.Count(sort => sort.Expected is not null);

    /// <summary>Settings of 'worker run' with which a worker refuses these.</summary>
    public static string[] Settings =>
    [
        "--Input:Format=Json", "--Input:MaxTokens=32", $"--Input:MaxBytes={MaximumBytes}",
        "--Input:TooLong=DeadLetter", "--Input:EmptyText=DeadLetter",
    ];

    public static string Sort(int number) => Sorts[number % Sorts.Length].Name;

    /// <summary>The failure that it must end with; null for a result.</summary>
    public static FailureKind? Expected(int number) => Sorts[number % Sorts.Length].Expected;

    /// <summary>Keys, headers and values are null, empty and repeated in turn.</summary>
    public static Message<byte[]?, byte[]?> Of(int number) => new()
    {
        Key = (number % 5) switch { 0 => null, 1 => [], _ => Text($"key {number % 1000}") },
        Value = Sorts[number % Sorts.Length].Value(number),
        Headers =
        [
            new Header("n", Text($"{number}")), new Header("empty", []), new Header("null", null),
            new Header("twice", [1, (byte)number]), new Header("twice", [0, 0xFF]),
        ],
    };

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
