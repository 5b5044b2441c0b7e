using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the text in a message's value: UTF-8 bytes, in the value itself if possible, otherwise in a buffer of the
/// decoder that is valid until the next call. A byte order mark is not part of the text. One caller at a time.
/// </summary>
public sealed class TextDecoder
{
    private readonly InputOptions options;
    private readonly Action<string>? say;
    private readonly JsonText json;
    private readonly JsonText whole = new("");
    private readonly CloudEvent cloudEvent;

    /// <param name="options">How values are read.</param>
    /// <param name="say">Called once for each kind of value that is not scored literally; null for nobody.</param>
    public TextDecoder(InputOptions options, Action<string>? say = null)
    {
        this.options = options;
        this.say = say;
        json = new JsonText(options.TextPointer);
        cloudEvent = new CloudEvent(options.TextPointer);
    }

    /// <summary>Number of values from which Schema Registry's frame was removed.</summary>
    public long FramesTakenOff { get; private set; }

    /// <summary>Number of values that begin like JSON, are not valid, and were scored as text.</summary>
    public long BrokenScored { get; private set; }

    /// <summary>The text of a value, or the failure.</summary>
    /// <param name="value">The record's value; null for a tombstone.</param>
    /// <param name="text">UTF-8 text; good until the next call.</param>
    public Failure? Decode(byte[]? value, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (value is null)
            return new Failure(
                FailureKind.NullValue,
                "the record has no value (a tombstone): there is nothing to classify")
            {
                IsSkipped = options.NullValue == NullValue.Skip
            };
        // 1. A frame around JSON is removed; around anything else there is no text.
        ReadOnlySpan<byte> utf8 = value;
        if (SchemaFrame.IsOn(utf8, out var schema))
        {
            if (!SchemaFrame.TryTakeOff(value, out utf8))
                return new Failure(FailureKind.SchemaRegistryFrame,
                    $"the value has Schema Registry's frame (schema {schema}) around something that is not JSON, " +
                    "such as Avro or Protobuf: send JSON or plain text");
            if (FramesTakenOff++ == 0)
                say?.Invoke($"Values have Schema Registry's frame (the first: schema {schema}): it is removed, " +
                    "and the JSON inside is read");
        }
        // 2. Characters.
        if (!Utf8.IsValid(utf8))
        {
            if (options.InvalidUtf8 == InvalidUtf8.DeadLetter)
                return new Failure(FailureKind.InvalidUtf8,
                    $"the value is not UTF-8 (first bad byte at {FirstInvalid(utf8)}{Likely(utf8)}): send UTF-8, " +
                    "or set Input:InvalidUtf8 to Replace");
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        }
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        // 3. The text in them.
        var failure = Find(utf8, out text);
        if (failure is null && options.EmptyText == EmptyText.DeadLetter && IsEmpty(text))
            return new Failure(
                FailureKind.EmptyText,
                "the text is empty or only white space: send a text, or set Input:EmptyText to Score");
        return failure;
    }

    private Failure? Find(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text)
    {
        text = value;
        var looks = options.Format switch
        {
            InputFormat.Text => JsonLook.No,
            InputFormat.Json => JsonLook.Json,
            _ => Look(value),
        };
        if (looks == JsonLook.No)
            return null;
        try
        {
            return looks == JsonLook.Text ? Quoted(value, ref text) : Pointed(value, out text);
        }
        catch (JsonException error)
        {
            text = value;
            // Many texts begin with a quotation.
            return looks == JsonLook.Text ? null
                : options.Format == InputFormat.Json ? new Failure(FailureKind.InvalidJson,
                    $"the value is not JSON ({Place(error)}): send JSON with the text at {options.TextPointer}, or " +
                    "set Input:Format to Text")
                : Broken($"the value begins like JSON but is not valid ({Place(error)}): send it whole");
        }
    }

    private Failure? Pointed(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text)
    {
        var failure = json.Find(value, out text);
        return failure is { Kind: FailureKind.MissingText } && cloudEvent.Is(value)
            ? cloudEvent.Find(value, out text)
            : failure;
    }

    /// <summary>The text of a JSON string is its content.</summary>
    private Failure? Quoted(ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> text)
    {
        if (whole.Find(value, out var content) is { } failure)
            return failure;
        if (Look(content) == JsonLook.Json && JsonPointer.IsJson(content))
            return Broken("the value is JSON within a JSON string: it was encoded twice, send it encoded once");
        text = content;
        return null;
    }

    private Failure? Broken(string what)
    {
        if (options.BrokenJson == BrokenJson.DeadLetter)
            return new Failure(
                FailureKind.InvalidJson, $"{what}, or set Input:BrokenJson to Score, or Input:Format to Text");
        if (BrokenScored++ == 0)
            say?.Invoke(
                $"A whole value is scored, because Input:BrokenJson is Score: {what}. More such values are counted " +
                "but not logged");
        return null;
    }

    private static string Place(JsonException error) =>
        $"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}";

    /// <summary>
    /// What the beginning of a value looks like: an object or a list of objects, a quoted text, or neither. "{sigh}"
    /// and "[urgent]" are texts.
    /// </summary>
    private static JsonLook Look(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || value[start] is not ((byte)'{' or (byte)'[' or (byte)'"'))
            return JsonLook.No;
        if (value[start] == (byte)'"')
            return JsonLook.Text;
        var rest = value[(start + 1)..];
        var next = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (next < 0)
            return JsonLook.No;
        return (value[start], rest[next]) is ((byte)'{', (byte)'"' or (byte)'}') or ((byte)'[', (byte)'{')
            ? JsonLook.Json
            : JsonLook.No;
    }

    private enum JsonLook
    {
        No,
        Json,
        Text,
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

    /// <summary>What the bytes probably are instead, judged by their beginning.</summary>
    private static string Likely(ReadOnlySpan<byte> value) => value switch
    {
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "; it looks like UTF-16",
        [0x1F, 0x8B, ..] => "; it looks like gzip",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "; it looks like zstd",
        _ => "",
    };
}
