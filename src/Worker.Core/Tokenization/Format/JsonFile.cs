using System.Text.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>A parsed JSON file; its fields are valid until it is disposed.</summary>
internal sealed class JsonFile : IDisposable
{
    private readonly JsonDocument document;

    private JsonFile(string name, JsonDocument document)
    {
        this.document = document;
        Root = new JsonField(name, "", document.RootElement);
    }

    public JsonField Root { get; }

    /// <exception cref="TokenizerRefusedException">Not JSON.</exception>
    public static JsonFile Parse(string name, ReadOnlyMemory<byte> utf8)
    {
        if (FileStart.Problem(utf8.Span) is { } problem)
            throw new TokenizerRefusedException(name, "", problem);
        try
        {
            return new JsonFile(name, JsonDocument.Parse(utf8));
        }
        catch (JsonException error)
        {
            throw new TokenizerRefusedException(name, "", $"is not valid JSON ({error.Message}): was it cut short?");
        }
    }

    public void Dispose() => document.Dispose();
}
