using System.Globalization;
using System.Text.Json;
using Worker.Core.Messages;

namespace Worker.Core.Answers;

/// <summary>Fields of a JSON object; an error names the field, what it holds and what it must hold.</summary>
internal readonly struct EventFields
{
    public const string Example = """{"text": "where is my refund?", "labels": {"refund": "yes", "spam": "no"}}""";

    private readonly JsonElement element;
    private readonly string path;

    /// <exception cref="LabelEventException">It is no object.</exception>
    public EventFields(JsonElement element, string path = "")
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new LabelEventException(
                (path.Length == 0 ? "is" : $"has \"{path}\" that is") + $" {Kind(element)}, not an object: write " +
                Example);
        (this.element, this.path) = (element, path);
    }

    /// <summary>A field, also one that holds null; null when it is not there.</summary>
    public JsonElement? Find(string name) => element.TryGetProperty(name, out var found) ? found : null;

    /// <summary>Null when it is not there, or holds null.</summary>
    public EventFields? Object(string name) =>
        Find(name) is { ValueKind: not JsonValueKind.Null } found ? new EventFields(found, Path(name)) : null;

    /// <summary>Names and values, in their order.</summary>
    public IEnumerable<(string Name, JsonElement Value)> All()
    {
        var at = path;
        return element.EnumerateObject().Select(field => (Whole(() => field.Name, at)!, field.Value));
    }

    /// <summary>A string of something but white space; null when it is not there.</summary>
    public string? Text(string name, int maximum)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Null } found)
            return null;
        if (found.ValueKind != JsonValueKind.String)
            throw new LabelEventException($"has \"{Path(name)}\" that is {Kind(found)}: write a string");
        var text = Text(found, Path(name))!;
        return string.IsNullOrWhiteSpace(text)
            ? throw new LabelEventException($"has an empty \"{Path(name)}\": fill it, or leave the field out")
            : maximum <= LabelEventJson.MaximumName && text.Any(char.IsControl)
            ? throw new LabelEventException($"has control characters in \"{Path(name)}\": leave them out")
            : text.Length > maximum
            ? throw new LabelEventException($"has \"{Path(name)}\" of {text.Length} characters: at most {maximum}")
            : text;
    }

    /// <summary>A number in (0, 1], or in [0, 1]; null when it is not there.</summary>
    public double? Share(string name, bool orZero)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Null } found)
            return null;
        return found.ValueKind == JsonValueKind.Number && found.TryGetDouble(out var number)
            && (number > 0 || (orZero && number == 0)) && number <= 1
            ? number
            : throw Wrong(name, found, $"{(orZero ? "from" : "above")} 0 to 1");
    }

    /// <summary>A whole number in a range; null when it is not there.</summary>
    public long? Whole(string name, long minimum, long maximum)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Null } found)
            return null;
        return found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Wrong(name, found, string.Create(CultureInfo.InvariantCulture, $"from {minimum} to {maximum}"));
    }

    /// <summary>A time of ISO 8601; null when it is not there.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name, int.MaxValue) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw new LabelEventException(
                $"has \"{Path(name)}\" '{text}', which is no time: write ISO 8601, e.g. 2026-11-29T10:00:00Z");
    }

    /// <summary>A message's place; null when it is not there.</summary>
    public SourcePosition? Position(string name)
    {
        if (Object(name) is not { } place)
            return null;
        return place.Text("topic", 249) is { } topic
            && place.Whole("partition", 0, int.MaxValue) is { } partition
            && place.Whole("offset", 0, long.MaxValue) is { } offset
            ? new SourcePosition(topic, (int)partition, offset)
            : throw new LabelEventException(
                $"has \"{Path(name)}\" without all of topic, partition and offset: copy the \"source\" of the result " +
                "or review item");
    }

    /// <summary>What a string holds.</summary>
    public static string? Text(JsonElement value, string path) => Whole(value.GetString, path);

    private static string? Whole(Func<string?> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for "\ud800", which is half a character.
            throw new LabelEventException(
                $"has a string with an incomplete \\u escape in \"{path}\": write the character whole");
        }
    }

    private LabelEventException Wrong(string name, JsonElement found, string range) =>
        new($"has \"{Path(name)}\" that is {found.GetRawText()}: it must be a number {range}");

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };
}
