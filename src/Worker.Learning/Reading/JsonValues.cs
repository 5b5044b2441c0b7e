using System.Text.Json;

namespace Worker.Learning.Reading;

/// <summary>JSON as values of rows.</summary>
internal static class JsonValues
{
    public const string Example = """{"text": "...", "labels": {"spam": 1, "angry": 0}}""";

    /// <summary>An object as a row; each value is read when it is asked for.</summary>
    public static DataRow Row(JsonElement root, string place)
    {
        string[] names = new string[root.GetPropertyCount()];
        var elements = new JsonElement[names.Length];
        var i = 0;
        foreach (var property in root.EnumerateObject())
        {
            // Half a character in a name that nobody asks for does no harm.
            names[i] = Text(() => property.Name) ?? "\uFFFD";
            elements[i++] = property.Value;
        }
        return new DataRow(place, new ColumnNames(names, isFixed: false), column => Of(elements[column]));
    }

    /// <exception cref="FormatException">It holds half of a character.</exception>
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Whole(element.GetString),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.Object => element.EnumerateObject()
            .Select(property => new KeyValuePair<string, object?>(Whole(() => property.Name)!, Of(property.Value)))
                .ToList(),
        _ => null,
    };

    /// <summary>The name of a value's kind in messages.</summary>
    public static string Name(object? value) => value switch
    {
        JsonElement element => Name(element.ValueKind is JsonValueKind.String ? "text" : Of(element)),
        null => "null",
        true => "true",
        false => "false",
        string text when string.IsNullOrWhiteSpace(text) => "an empty string",
        string => "a string",
        List<object?> => "a list",
        List<KeyValuePair<string, object?>> => "an object",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => "of an unknown kind",
    };

    private static string? Whole(Func<string?> read) => Text(read)
        ?? throw new FormatException("has a string with an incomplete \\u escape (half of a surrogate pair): " +
            "write the character whole");

    private static string? Text(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for "\ud800", which is half a character.
            return null;
        }
    }
}
