using System.Text.Json;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>Reads a file of settings: a JSON object of sections; comments and trailing commas are allowed.</summary>
internal static class JsonSettings
{
    private static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Its values by key, e.g. "Kafka:GroupId"; nulls, and empty braces or brackets, are left out.</summary>
    /// <exception cref="UserError">It cannot be read; the message says where. Exit code 78.</exception>
    public static Dictionary<string, string?> Read(string path)
    {
        var text = Text(path);
        var read = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        try
        {
            using var json = JsonDocument.Parse(text, Lenient);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw Broken(
                    $"{path}: holds no JSON object: write {{\"Kafka\": {{\"BootstrapServers\": \"host:port\"}}}}");
            foreach (var section in json.RootElement.EnumerateObject())
                if (section.Name == "$schema")
                    continue;
                else if (!SettingKeys.IsSection(section.Name.Split(':')[0]))
                    problems.Add(SettingKeys.Unknown(section.Name));
                else if (!section.Name.Contains(':', StringComparison.Ordinal)
                    && section.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                    problems.Add($"{section.Name}: is a section: write {{\"{section.Name}\": {{\"KEY\": VALUE}}}}");
                else
                    Flatten(section.Name, section.Value, read, problems);
        }
        catch (JsonException error)
        {
            throw Broken($"{path}: {Where(text, error)} is not JSON: look there, and just before, for a missing or " +
                "extra comma, quote or bracket");
        }
        return problems.Count == 0
            ? read
            : throw Broken(string.Join("\n  - ", problems.Prepend($"{path} has settings that cannot be used:")));
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Broken(Directory.Exists(path)
                ? $"{path} is a folder: name a file"
                : $"{path} cannot be read by this user: give the user the right to read it, or name another file");
        }
    }

    private static void Flatten(string key, JsonElement value, Dictionary<string, string?> read, List<string> problems)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var part in value.EnumerateObject())
                    Flatten($"{key}:{part.Name}", part.Value, read, problems);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Flatten($"{key}:{index++}", item, read, problems);
                break;
            case JsonValueKind.Null:
                break;
            default:
                if (!read.TryAdd(key, value.ToString()))
                    problems.Add($"{key}: is there twice: keep one");
                break;
        }
    }

    /// <summary>"line 3, column 7", both from 1.</summary>
    private static string Where(string text, JsonException error)
    {
        var line = (int)(error.LineNumber ?? 0);
        var lines = text.Split('\n');
        var bytes = System.Text.Encoding.UTF8.GetBytes(line < lines.Length ? lines[line] : "");
        var before = bytes.AsSpan(0, (int)Math.Min(error.BytePositionInLine ?? 0, bytes.Length));
        var column = System.Text.Encoding.UTF8.GetCharCount(before);
        return $"line {line + 1}, column {column + 1}";
    }

    private static UserError Broken(string message) => new(message, ExitCode.Configuration);
}
