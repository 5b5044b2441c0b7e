using System.Text.Json;
using Worker.Core.Json;
using Worker.Core.Tokenization;

namespace Worker.Onnx.Checkpoints;

/// <summary>Files that hold a JSON object, as fields; every error names the file and the field.</summary>
internal static class ConfigFile
{
    /// <exception cref="EncoderException">The file is missing, unreadable or not a JSON object.</exception>
    public static JsonField Open(string path) => TryOpen(path)
        ?? throw new EncoderException(
            $"{path} is missing: point to a Hugging Face model folder with config.json and model.safetensors");

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="EncoderException">The file is there but unreadable or not a JSON object.</exception>
    public static JsonField? TryOpen(string path)
    {
        if (!File.Exists(path))
            return null;
        var json = Parse(path);
        return json.ValueKind == JsonValueKind.Object
            ? Fields(path, json) : throw new EncoderException($"{path}: not a JSON object");
    }

    /// <summary>The objects of a JSON array; empty when there is no such file.</summary>
    /// <exception cref="EncoderException">The file is there but unreadable or not a JSON array of objects.</exception>
    public static IReadOnlyList<JsonField> OpenList(string path)
    {
        if (!File.Exists(path))
            return [];
        var json = Parse(path);
        return json.ValueKind == JsonValueKind.Array
            && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. json.EnumerateArray().Select(item => Fields(path, item))]
            : throw new EncoderException($"{path}: not a JSON array of objects");
    }

    /// <summary>A whole number of 1 or more.</summary>
    /// <param name="fallback">The reference library's value for an absent field.</param>
    public static int Size(this JsonField field, int fallback) =>
        field.IsNull ? fallback : field.Integer(1, int.MaxValue);

    /// <summary>
    /// A whole number of 1 or more, capped at the largest int (some tokenizers write 1e30 for "no limit"); null when
    /// it is absent.
    /// </summary>
    public static int? Limit(this JsonField field) =>
        field.IsNull ? null
        : field.Value.ValueKind == JsonValueKind.Number && field.Value.GetDouble() >= 1
            ? (int)Math.Min(field.Value.GetDouble(), int.MaxValue)
        : throw field.Unexpected("a number of 1 or more");

    /// <summary>The strings of a list; empty if the field is absent or not a list.</summary>
    public static IReadOnlyList<string> Texts(this JsonField field) =>
        field.Value.ValueKind == JsonValueKind.Array
            ? [.. field.Items().Where(item => item.Value.ValueKind == JsonValueKind.String).Select(item => item.Text())]
            : [];

    private static JsonField Fields(string path, JsonElement json) => new(
        json, (field, reason) => new EncoderException(
            field.Length == 0 ? $"{path}: {reason}" : $"{path}: field '{field}' {reason}"));

    private static JsonElement Parse(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (FileStart.Problem(bytes) is { } problem)
                throw new EncoderException($"{path} {problem}");
            using var json = JsonDocument.Parse(bytes);
            return json.RootElement.Clone();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{path}: cannot be read: {error.Message}", error);
        }
    }
}
