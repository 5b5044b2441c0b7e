using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>Whether a text may be a setting's value; a problem is reported with what is allowed.</summary>
internal static class SettingValue
{
    /// <summary>A longer value is not repeated in a message: it is not a typing error, and may be a secret.</summary>
    private const int LongestShown = 40;

    /// <summary>"Section:Key: 'value' is none of ..."; null if the value is allowed.</summary>
    /// <param name="key">As it was written.</param>
    /// <param name="setting">What it may be.</param>
    /// <param name="text">The value.</param>
    public static string? Problem(string key, SettingKey setting, string text)
    {
        var rules = setting.Property.GetCustomAttributes<ValidationAttribute>().ToList();
        // An empty text is a value only for a setting that is a text.
        if (text.Length == 0 && (setting.Type != typeof(string) || rules.Exists(rule => rule is RequiredAttribute)))
        {
            var required = rules.Find(rule => rule is RequiredAttribute);
            var own = required is null ? null : Own(required);
            return Named(key, own ?? "is empty: give it a value, or leave it out");
        }
        if (Read(setting.Type, text) is not { } value)
            return Named(key, $"{Shown(text)} is {NotAllowed(setting, rules, text)}");
        if (setting.Shape != SettingShape.Value)
            return null;
        foreach (var rule in rules)
            // An empty address means none.
            if (rule is not EnumDataTypeAttribute && !(rule is UrlAttribute && text.Length == 0)
                && !rule.IsValid(value))
                return Named(key, Own(rule) ?? $"{Shown(text)} is {NotAllowed(setting, rules, text)}");
        return null;
    }

    /// <summary>
    /// The rule's message if it is one of ours; the library's messages have a placeholder for the field's name.
    /// </summary>
    private static string? Own(ValidationAttribute rule) =>
        rule.ErrorMessage is { } message && !message.Contains("{0}", StringComparison.Ordinal) ? message : null;

    private static object? Read(Type type, string text)
    {
        if (type.IsEnum)
        {
            var found = Array.Find(
                Enum.GetNames(type), name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
            return found is null ? null : Enum.Parse(type, found);
        }
        if (type == typeof(int))
            return int.TryParse(text, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out var answer) ? answer : null;
        return text;
    }

    private static string NotAllowed(SettingKey setting, List<ValidationAttribute> rules, string text)
    {
        if (setting.Type.IsEnum)
            return OneOf(Enum.GetNames(setting.Type), text);
        if (rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
            return OneOf([.. allowed.Values.Select(value => $"{value}")], text);
        if (setting.Type == typeof(bool))
            return "neither true nor false";
        if (rules.Exists(rule => rule is UrlAttribute))
            return "not a URL such as http://collector:4317";
        var kind = setting.Type == typeof(int) ? "not a whole number" : "not a number";
        return rules.OfType<RangeAttribute>().FirstOrDefault() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{kind} from {range.Minimum} to {range.Maximum}")
            : kind;
    }

    private static string OneOf(string[] names, string text) =>
        $"none of {string.Join(", ", names)}{Nearest.Question(text, names)}";

    private static string Shown(string text) =>
        text.Length <= LongestShown && !text.Contains('\n', StringComparison.Ordinal)
        ? $"'{text}'"
        : $"a text of {text.Length} characters";

    private static string Named(string key, string problem) =>
        problem.StartsWith($"{key} ", StringComparison.OrdinalIgnoreCase) ? problem : $"{key}: {problem}";
}
