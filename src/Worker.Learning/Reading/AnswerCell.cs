using System.Text.Json;

namespace Worker.Learning.Reading;

/// <summary>Reads the answers of one cell, in any of their forms.</summary>
internal static class AnswerCell
{
    public const string Forms = """{"spam": 1, "angry": 0} or ["spam"]""";

    /// <summary>Yes or no; otherwise null and whether that is a mistake: an empty cell is an unknown answer.</summary>
    public static bool? YesOrNo(object? value, out bool isWrong)
    {
        isWrong = false;
        switch (value)
        {
            case bool answer:
                return answer;
            case 1L or 1.0:
                return true;
            case 0L or 0.0:
                return false;
            case null:
                return null;
            case string text when string.IsNullOrWhiteSpace(text):
                return null;
            case string text when Word(text.Trim()) is { } answer:
                return answer;
            default:
                isWrong = true;
                return null;
        }
    }

    /// <summary>
    /// The labels of a cell (a map of answers, a list of names, or names in a string), and what it means if a label is
    /// not named.
    /// </summary>
    /// <param name="separator">Between several names of a string; "" for none.</param>
    /// <returns>Null with a problem.</returns>
    public static (Dictionary<string, bool> Labels, bool Closed)? Labels(
        object? value, string separator, out string? problem)
    {
        problem = null;
        switch (value)
        {
            case null:
                return ([], false);
            case List<KeyValuePair<string, object?>> map:
                return Named(map, out problem) is { } named ? (named, false) : null;
            case List<object?> list:
                return Listed(list, out problem) is { } listed ? (listed, true) : null;
            case string text when text.TrimStart() is ['[' or '{', ..] trimmed:
                return Nested(trimmed, separator, out problem);
            case string text:
                return (Split(text, separator), true);
            case bool or long or double:
                return (new Dictionary<string, bool>(StringComparer.Ordinal) { [Name(value)!] = true }, true);
            default:
                problem = $"has \"labels\" that are {JsonValues.Name(value)}: write {Forms}";
                return null;
        }
    }

    private static bool? Word(string text) => text.ToUpperInvariant() switch
    {
        "1" or "1.0" or "YES" or "TRUE" => true,
        "0" or "0.0" or "NO" or "FALSE" => false,
        _ => null,
    };

    private static Dictionary<string, bool>? Named(List<KeyValuePair<string, object?>> map, out string? problem)
    {
        problem = null;
        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (label, value) in map)
        {
            if (YesOrNo(value, out var isWrong) is not { } answer)
            {
                if (!isWrong)
                    continue;
                problem = $"answers label '{label}' with {Shown(value)}: " +
                    "write 1, true or yes, 0, false or no, or leave it out when unknown";
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

    private static Dictionary<string, bool>? Listed(List<object?> list, out string? problem)
    {
        problem = null;
        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var value in list)
        {
            if (Name(value) is not { } name)
            {
                problem = $"lists a label that is {JsonValues.Name(value)}: list names, e.g. [\"spam\", \"angry\"]";
                return null;
            }
            answers[name] = true;
        }
        return answers;
    }

    /// <summary>A cell that holds JSON, as exports write lists into CSV; Python's lists too, with its quotes.</summary>
    private static (Dictionary<string, bool> Labels, bool Closed)? Nested(
        string text, string separator, out string? problem)
    {
        try
        {
            var json = text.Contains('"', StringComparison.Ordinal) ? text : text.Replace('\'', '"');
            using var document = JsonDocument.Parse(json);
            return Labels(JsonValues.Of(document.RootElement), separator, out problem);
        }
        catch (JsonException)
        {
            problem =
                $"has labels that begin like JSON but are not valid ({text}): write {Forms}, or names with a comma " +
                "between";
            return null;
        }
    }

    private static Dictionary<string, bool> Split(string text, string separator)
    {
        var names = separator.Length == 0 ? [text]
            : text.Contains(separator, StringComparison.Ordinal) ? text.Split(separator, StringSplitOptions.TrimEntries)
            : [text];
        return names.Where(name => !string.IsNullOrWhiteSpace(name)).Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, _ => true, StringComparer.Ordinal);
    }

    private static string? Name(object? value) => value switch
    {
        string name when !string.IsNullOrWhiteSpace(name) => name,
        long or double or bool => JsonValues.Name(value),
        _ => null,
    };

    private static string Shown(object? value) => value is string text ? $"'{text}'" : JsonValues.Name(value);
}
