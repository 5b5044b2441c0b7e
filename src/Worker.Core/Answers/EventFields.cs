using System.Globalization;
using System.Text.Json;
using Worker.Core.Json;
using Worker.Core.Messages;

namespace Worker.Core.Answers;

/// <summary>
/// Fields of a label event. An error names the field, what it holds and what it must hold; a field that is not there,
/// or holds null, is null.
/// </summary>
internal static class EventFields
{
    public const string Example = """{"text": "where is my refund?", "labels": {"refund": "yes", "spam": "no"}}""";

    /// <summary>A whole event.</summary>
    public static JsonField Of(JsonElement element) => new(element, Refused);

    /// <exception cref="LabelEventException">It is no object.</exception>
    public static JsonField? OptionalObject(this JsonField field) =>
        field.IsNull ? null
        : field.IsObject ? field
        : throw field.Refuse($"is {Kind(field)}, not an object: write {Example}");

    /// <summary>A string of something but white space.</summary>
    public static string? OptionalText(this JsonField field, int maximum)
    {
        if (field.IsNull)
            return null;
        if (field.Value.ValueKind != JsonValueKind.String)
            throw field.Refuse($"is {Kind(field)}: write a string");
        var text = field.Text();
        return string.IsNullOrWhiteSpace(text)
            ? throw new LabelEventException($"has an empty \"{field.Path}\": fill it, or leave the field out")
            : maximum <= LabelEventJson.MaximumName && text.Any(char.IsControl)
            ? throw new LabelEventException($"has control characters in \"{field.Path}\": leave them out")
            : text.Length > maximum
            ? throw new LabelEventException($"has \"{field.Path}\" of {text.Length} characters: at most {maximum}")
            : text;
    }

    /// <summary>A number in (0, 1], or in [0, 1].</summary>
    public static double? OptionalShare(this JsonField field, bool orZero) =>
        field.IsNull ? null
        : field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetDouble(out var number)
            && (number > 0 || (orZero && number == 0)) && number <= 1
            ? number
        : throw field.Refuse($"is {field.Shown()}: it must be a number {(orZero ? "from" : "above")} 0 to 1");

    /// <summary>A whole number in a range.</summary>
    public static long? OptionalInteger(this JsonField field, long minimum, long maximum) =>
        field.IsNull ? null
        : field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt64(out var number)
            && number >= minimum && number <= maximum
            ? number
        : throw field.Refuse(string.Create(
            CultureInfo.InvariantCulture, $"is {field.Shown()}: it must be a number from {minimum} to {maximum}"));

    /// <summary>A time of ISO 8601.</summary>
    public static DateTimeOffset? OptionalTime(this JsonField field)
    {
        if (field.OptionalText(int.MaxValue) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw new LabelEventException(
                $"has \"{field.Path}\" '{text}', which is no time: write ISO 8601, e.g. 2026-11-29T10:00:00Z");
    }

    /// <summary>A message's place.</summary>
    public static SourcePosition? OptionalPosition(this JsonField field)
    {
        if (field.OptionalObject() is not { } place)
            return null;
        return place["topic"].OptionalText(249) is { } topic
            && place["partition"].OptionalInteger(0, int.MaxValue) is { } partition
            && place["offset"].OptionalInteger(0, long.MaxValue) is { } offset
            ? new SourcePosition(topic, (int)partition, offset)
            : throw new LabelEventException(
                $"has \"{field.Path}\" without all of topic, partition and offset: copy the \"source\" of the result " +
                "or review item");
    }

    private static LabelEventException Refused(string path, string reason) =>
        new(path.Length == 0 ? reason : $"has \"{path}\" that {reason}");

    private static string Kind(JsonField field) => field.Value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => field.Shown(),
    };
}
