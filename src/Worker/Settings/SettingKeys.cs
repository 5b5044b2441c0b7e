using System.Reflection;
using Worker.Hosting;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>All settings: the properties of <see cref="RunOptions"/>, and nothing else.</summary>
internal static class SettingKeys
{
    /// <summary>Kafka, Encoder and so on.</summary>
    public static IReadOnlyList<string> Sections { get; } =
        [.. typeof(RunOptions).GetProperties().Select(section => section.Name)];

    public static IReadOnlyList<SettingKey> All { get; } =
        [.. typeof(RunOptions).GetProperties().SelectMany(section => Of(section.PropertyType, section.Name))];

    public static bool IsSection(string name) => Sections.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The setting that a key of the configuration belongs to; null if there is none.</summary>
    public static SettingKey? Find(string key) => All.FirstOrDefault(setting => setting.Owns(key));

    /// <summary>What is wrong with an unknown key, and what may have been meant.</summary>
    public static string Unknown(string key)
    {
        if (All.FirstOrDefault(setting => key.Equals(setting.Name, StringComparison.OrdinalIgnoreCase)) is { } whole)
            return $"{key}: has several values: write {whole.Written}";
        if (Meant(key) is { } meant)
            return $"{key}: there is no such setting; did you mean {meant}?";
        var section = key.Split(':')[0];
        return IsSection(section)
            ? $"{key}: there is no such setting; section {section} has {string.Join(", ", In(section))}"
            : $"{key}: there is no such section; the sections are {string.Join(", ", Sections)}";
    }

    /// <summary>The whole key, or its section, corrected.</summary>
    private static string? Meant(string key)
    {
        if (Nearest.To(key, All.Select(setting => setting.Name)) is { } whole)
            return whole;
        var parts = key.Split(':', 2);
        if (IsSection(parts[0]) || Nearest.To(parts[0], Sections) is not { } section)
            return null;
        return parts.Length == 1 ? section : $"{section}:{parts[1]}";
    }

    private static IEnumerable<string> In(string section) => All
        .Where(setting => setting.Name.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase))
        .Select(setting => setting.Written[(section.Length + 1)..]);

    private static IEnumerable<SettingKey> Of(Type section, string name) => section
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite || SettingKey.IsMap(property.PropertyType))
        .SelectMany(property => property.PropertyType is { IsClass: true, IsArray: false } inner
            && inner != typeof(string)
            ? Of(inner, $"{name}:{property.Name}")
            : [new SettingKey($"{name}:{property.Name}", property)]);
}
