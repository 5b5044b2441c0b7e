using System.Text.Json;

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

    /// <exception cref="EncoderException">The file is missing, unreadable or no JSON object.</exception>
    public static ConfigFile Open(string path)
    {
        if (!File.Exists(path))
            throw new EncoderException($"{path} is missing: point to a Hugging Face model folder with config.json and model.safetensors");
        return TryOpen(path)!;
    }

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="EncoderException">The file is there but unreadable or no JSON object.</exception>
    public static ConfigFile? TryOpen(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new EncoderException($"{path}: not a JSON object");
            return new ConfigFile(path, json.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The field's value; null when it is absent or null.</summary>
    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A whole number of 1 or more.</summary>
    public int Size(string field)
    {
        var value = Find(field) ?? throw Refused(field, "is missing");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size > 0
            ? size
            : throw Refused(field, $"is {value.GetRawText()}, expected a whole number of 1 or more");
    }

    /// <summary>A whole number of 1 or more, capped at the largest int (some tokenizers write 1e30 for "no limit").</summary>
    public int? Limit(string field)
    {
        if (Find(field) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 1
            ? (int)Math.Min(value.GetDouble(), int.MaxValue)
            : throw Refused(field, $"is {value.GetRawText()}, expected a number of 1 or more");
    }

    public string Text(string field)
    {
        var value = Find(field) ?? throw Refused(field, "is missing");
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refused(field, $"is {value.GetRawText()}, expected a string");
    }

    /// <summary>True only when the field says so.</summary>
    public bool IsTrue(string field) => Find(field)?.ValueKind == JsonValueKind.True;

    public EncoderException Refused(string field, string reason) => new($"{path}: field '{field}' {reason}");
}
