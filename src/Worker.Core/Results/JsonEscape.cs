using System.Text.Encodings.Web;
using System.Text.Json;

namespace Worker.Core.Results;

/// <summary>Escapes text for JSON. People read results, so it uses only the escapes that JSON needs.</summary>
internal static class JsonEscape
{
    private static readonly JavaScriptEncoder Escaper = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Without the quotes.</summary>
    public static byte[] Encode(string text) => JsonEncodedText.Encode(text, Escaper).EncodedUtf8Bytes.ToArray();

    /// <inheritdoc cref="Encode(string)"/>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> text) => JsonEncodedText.Encode(text,
        Escaper).EncodedUtf8Bytes;
}
