using System.Text.Json;

namespace Worker.Learning.Examples;

/// <summary>
/// One line of an example file: <c>{"text": "...", "labels": {"spam": 1, "angry": false}}</c>, where labels not named are
/// unknown, or <c>{"text": "...", "labels": ["spam"]}</c>, where labels not named are false. A string <c>"source"</c> says where the text is from; other keys are ignored.
/// </summary>
internal static class ExampleLine
{
    private const string Forms = """{"spam": 1, "angry": 0} or ["spam"]""";

    /// <summary>Reads a line; null and what is wrong with it when it is not an example.</summary>
    public static LabelledText? Parse(string line, out string problem)
    {
        problem = "";
        try
        {
            using var document = JsonDocument.Parse(line);
            return Example(document.RootElement, ref problem) is { } example
                ? example with { Known = Known(document.RootElement), Source = Source(document.RootElement) }
                : null;
        }
        catch (JsonException broken)
        {
            problem = $"is not JSON (at byte {broken.BytePositionInLine}): write one object a line, e.g. {{\"text\": \"...\", \"labels\": {Forms}}}";
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for "\ud800", which is half a character.
            problem = "has a string with an incomplete \\u escape (half of a surrogate pair): write the character whole";
        }
        return null;
    }

    private static LabelledText? Example(JsonElement root, ref string problem)
    {
        if (root.ValueKind != JsonValueKind.Object)
            problem = $"is {Name(root)}, not an object: write {{\"text\": \"...\", \"labels\": {Forms}}}";
        else if (!root.TryGetProperty("text", out var text))
            problem = "has no \"text\": add it, \"\" for an empty text";
        else if (text.ValueKind != JsonValueKind.String)
            problem = $"has a \"text\" that is {Name(text)}: write it as a string";
        else if (!root.TryGetProperty("labels", out var labels))
            problem = $"has no \"labels\": add {Forms}";
        else if (labels.ValueKind == JsonValueKind.Object)
            return Named(labels, ref problem) is { } named ? new LabelledText(text.GetString()!, named, Closed: false) : null;
        else if (labels.ValueKind == JsonValueKind.Array)
            return Listed(labels, ref problem) is { } listed ? new LabelledText(text.GetString()!, listed, Closed: true) : null;
        else
            problem = $"has \"labels\" that are {Name(labels)}: write {Forms}";
        return null;
    }

    /// <summary>Everything but <c>"known": false</c> (or 0) is known.</summary>
    private static bool Known(JsonElement root) => !root.TryGetProperty("known", out var known)
        || !(known.ValueKind == JsonValueKind.False || known.ValueKind == JsonValueKind.Number && known.TryGetDouble(out var number) && number == 0);

    private static string? Source(JsonElement root) =>
        root.TryGetProperty("source", out var source) && source.ValueKind == JsonValueKind.String ? source.GetString() : null;

    private static Dictionary<string, bool>? Named(JsonElement labels, ref string problem)
    {
        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var property in labels.EnumerateObject())
        {
            var label = property.Name;
            if (property.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (Answer(property.Value) is not { } answer)
            {
                problem = $"answers label '{label}' with {Name(property.Value)}: write 1 or true, 0 or false, or leave it out when unknown";
                return null;
            }
            if (string.IsNullOrWhiteSpace(label))
            {
                problem = "names a label that is empty: give it a name";
                return null;
            }
            if (!answers.TryAdd(label, answer) && answers[label] != answer)
            {
                problem = $"answers label '{label}' twice, once yes and once no: keep one";
                return null;
            }
        }
        return answers;
    }

    private static Dictionary<string, bool>? Listed(JsonElement labels, ref string problem)
    {
        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var element in labels.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(element.GetString()))
            {
                problem = $"lists a label that is {Name(element)}: list names, e.g. [\"spam\", \"angry\"]";
                return null;
            }
            answers[element.GetString()!] = true;
        }
        return answers;
    }

    private static bool? Answer(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetDouble(out var number) => number switch { 1 => true, 0 => false, _ => null },
        _ => null,
    };

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String when string.IsNullOrWhiteSpace(value.GetString()) => "an empty string",
        JsonValueKind.String => "a string",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
