using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the text in a message's value: UTF-8 bytes, in the value itself where that is possible, else in a buffer of
/// the decoder's that is good until the next call. A byte order mark is no part of it. One caller at a time.
/// </summary>
public sealed class TextDecoder
{
    private readonly InputOptions options;
    private readonly JsonText json;

    public TextDecoder(InputOptions options)
    {
        this.options = options;
        json = new JsonText(options.TextPointer);
    }

    /// <summary>The text of a value, or the failure that keeps it from being one.</summary>
    /// <param name="value">The record's value; null for a tombstone.</param>
    /// <param name="text">UTF-8 text; good until the next call.</param>
    public Failure? Decode(byte[]? value, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (value is null)
            return new Failure(FailureKind.NullValue, "the record has no value (a tombstone): there is nothing to classify");
        ReadOnlySpan<byte> utf8 = value;
        if (!Utf8.IsValid(utf8))
        {
            if (options.InvalidUtf8 == InvalidUtf8.DeadLetter)
                return new Failure(FailureKind.InvalidUtf8, $"the value is not UTF-8 (first bad byte at {FirstInvalid(value)}{Likely(value)}): send UTF-8, or set Input:InvalidUtf8 to Replace");
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value));
        }
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        var failure = Find(utf8, out text);
        if (failure is null && options.EmptyText == EmptyText.DeadLetter && IsEmpty(text))
            return new Failure(FailureKind.EmptyText, "the text is empty or only white space: send a text, or set Input:EmptyText to Score");
        return failure;
    }

    private Failure? Find(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text)
    {
        text = value;
        if (options.Format == InputFormat.Text || (options.Format == InputFormat.Auto && !LooksLikeObject(value)))
            return null;
        try
        {
            return json.Find(value, out text);
        }
        catch (JsonException error)
        {
            text = value;
            return options.Format == InputFormat.Auto
                ? null
                : new Failure(FailureKind.InvalidJson, $"the value is not JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}): send JSON with the text at {options.TextPointer}, or set Input:Format to Text");
        }
    }

    private static bool LooksLikeObject(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && value[start] == (byte)'{';
    }

    private static bool IsEmpty(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var bytes);
            if (!Rune.IsWhiteSpace(rune))
                return false;
            text = text[bytes..];
        }
        return true;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> value)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(value[at..], out _, out var consumed) == OperationStatus.Done)
            at += consumed;
        return at;
    }

    /// <summary>What the bytes probably are instead, by how they begin.</summary>
    private static string Likely(ReadOnlySpan<byte> value) => value switch
    {
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "; it looks like UTF-16",
        [0x1F, 0x8B, ..] => "; it looks like gzip",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "; it looks like zstd",
        _ => "",
    };
}
