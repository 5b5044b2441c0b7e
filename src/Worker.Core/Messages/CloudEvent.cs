using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Core.Messages;

/// <summary>
/// Finds the text of a structured CloudEvent (version 1.0: an object with "specversion"): the string "data", the string
/// at the text pointer inside the object "data", or the text in "data_base64". One caller at a time.
/// </summary>
internal sealed class CloudEvent(string textPointer)
{
    private readonly JsonPointer version = new("/specversion");
    private readonly JsonPointer data = new("/data");
    private readonly JsonText text = new("/data");
    private readonly JsonText textWithin = new("/data" + textPointer);
    private readonly JsonText encoded = new("/data_base64");
    private readonly JsonText decodedText = new(textPointer);
    private byte[] decoded = [];

    /// <summary>Whether the JSON is an event.</summary>
    public bool Is(ReadOnlySpan<byte> json) => version.Find(json).Type == JsonTokenType.String;

    /// <summary>The text, or the failure.</summary>
    /// <param name="json">An event.</param>
    /// <param name="found">Good until the next call.</param>
    public Failure? Find(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> found)
    {
        switch (data.Find(json).Type)
        {
            case JsonTokenType.String:
                return text.Find(json, out found);
            case JsonTokenType.None or JsonTokenType.Null:
                break;
            default:
                return textWithin.Find(json, out found);
        }
        found = default;
        var missing = encoded.Find(json, out var base64);
        if (missing is { Kind: FailureKind.MissingText })
            return new Failure(
                FailureKind.MissingText,
                "the CloudEvent has no data and no data_base64: send the text as a string in data, or as " +
                $"data{textPointer}");
        if (missing is not null)
            return missing;
        var room = Base64.GetMaxDecodedFromUtf8Length(base64.Length);
        if (decoded.Length < room)
            decoded = new byte[room];
        if (Base64.DecodeFromUtf8(base64, decoded, out _, out var written) != System.Buffers.OperationStatus.Done)
            return new Failure(
                FailureKind.InvalidJson, "the CloudEvent's data_base64 is not base64: encode the data again");
        var content = decoded.AsSpan(0, written);
        if (!Utf8.IsValid(content))
            return new Failure(FailureKind.InvalidUtf8, "the CloudEvent's data_base64 is not UTF-8: send text");
        var start = content.IndexOfAnyExcept(" \t\r\n"u8);
        if (start >= 0 && content[start] == (byte)'{' && JsonPointer.IsJson(content))
            return decodedText.Find(content, out found);
        found = content;
        return null;
    }
}
