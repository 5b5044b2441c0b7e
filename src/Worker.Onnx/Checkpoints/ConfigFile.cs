using System.Text.Json;
using Worker.Core.Tokenization;

namespace Worker.Onnx.Checkpoints;

/// <summary>A JSON object in a file, read field by field; every error names the file and the field.</summary>
internal sealed class ConfigFile
{
    private readonly string path;
    private readonly JsonElement root;

    private ConfigFile(string path, JsonElement root)
    {
        this.path = path;
        this.root = root;
    }

    /// <exception cref="EncoderException">The file is missing, unreadable or not a JSON object.</exception>
    public static ConfigFile Open(string path)
    {
        if (!File.Exists(path))
            throw new EncoderException(
                $"{path} is missing: point to a Hugging Face model folder with config.json and model.safetensors");
        return TryOpen(path)!;
    }

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="EncoderException">The file is there but unreadable or not a JSON object.</exception>
    public static ConfigFile? TryOpen(string path)
    {
        if (!File.Exists(path))
            return null;
        var json = Parse(path);
        return json.ValueKind == JsonValueKind.Object
            ? new ConfigFile(path, json) : throw new EncoderException($"{path}: not a JSON object");
    }

    /// <summary>The objects of a JSON array; empty when there is no such file.</summary>
    /// <exception cref="EncoderException">The file is there but unreadable or not a JSON array of objects.</exception>
    public static IReadOnlyList<ConfigFile> OpenList(string path)
    {
        if (!File.Exists(path))
            return [];
        var json = Parse(path);
        return json.ValueKind == JsonValueKind.Array
            && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. json.EnumerateArray().Select(item => new ConfigFile(path, item))]
            : throw new EncoderException($"{path}: not a JSON array of objects");
    }

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

    /// <summary>Names of all fields.</summary>
    public IEnumerable<string> Names => root.EnumerateObject().Select(property => property.Name);

    /// <summary>The field's value; null when it is absent or null.</summary>
    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A whole number of 1 or more.</summary>
    /// <param name="fallback">The reference library's value for an absent field.</param>
    public int Size(string field, int fallback)
    {
        if (Find(field) is not { } value)
            return fallback;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size > 0
            ? size
            : throw Refused(field, $"is {value.GetRawText()}, expected a whole number of 1 or more");
    }

    /// <summary>
    /// A whole number of 1 or more, capped at the largest int (some tokenizers write 1e30 for "no limit").
    /// </summary>
    public int? Limit(string field)
    {
        if (Find(field) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 1
            ? (int)Math.Min(value.GetDouble(), int.MaxValue)
            : throw Refused(field, $"is {value.GetRawText()}, expected a number of 1 or more");
    }

    /// <inheritdoc cref="Size"/>
    public string Text(string field, string fallback)
    {
        if (Find(field) is not { } value)
            return fallback;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Refused(field, $"is {value.GetRawText()}, expected a string");
    }

    /// <summary>True only if the field says so.</summary>
    public bool IsTrue(string field) => Find(field)?.ValueKind == JsonValueKind.True;

    /// <summary>The strings of a list; empty if the field is absent or not a list.</summary>
    public IReadOnlyList<string> Texts(string field) =>
        Find(field) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String).Select(n => n.GetString()!)]
            : [];

    public EncoderException Refused(string field, string reason) => new($"{path}: field '{field}' {reason}");
}
