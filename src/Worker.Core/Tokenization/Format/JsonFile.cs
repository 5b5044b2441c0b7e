using System.Text.Json;
using Worker.Core.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>A tokenizer's JSON file as fields; every error names the file and the field.</summary>
internal static class JsonFile
{
    /// <summary>A whole file.</summary>
    /// <param name="file">Its name.</param>
    /// <exception cref="TokenizerRefusedException">It is not JSON.</exception>
    public static JsonField Parse(string file, ReadOnlyMemory<byte> utf8)
    {
        if (FileStart.Problem(utf8.Span) is { } problem)
            throw new TokenizerRefusedException(file, "", problem);
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return new JsonField(
                document.RootElement.Clone(), (path, reason) => new TokenizerRefusedException(file, path, reason));
        }
        catch (JsonException error)
        {
            throw new TokenizerRefusedException(file, "", $"is not valid JSON ({error.Message}): was it cut short?");
        }
    }

    /// <summary>A token id.</summary>
    public static int Id(this JsonField field) => field.Integer(0, int.MaxValue - 1);
}
