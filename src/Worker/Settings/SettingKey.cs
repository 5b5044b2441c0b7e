using System.Reflection;

namespace Worker.Settings;

/// <summary>How many values a setting has.</summary>
internal enum SettingShape
{
    /// <summary>One: Section:Key.</summary>
    Value,

    /// <summary>Several values in order: Section:Key:0, Section:Key:1.</summary>
    List,

    /// <summary>Several named values: Section:Key:NAME.</summary>
    Map,
}

/// <summary>A setting that exists.</summary>
/// <param name="Name">Section:Key.</param>
/// <param name="Property">The property that it is bound to, with its allowed values.</param>
internal sealed record SettingKey(string Name, PropertyInfo Property)
{
    public SettingShape Shape { get; } =
        Property.PropertyType.IsArray ? SettingShape.List
        : IsMap(Property.PropertyType) ? SettingShape.Map
        : SettingShape.Value;

    /// <summary>The type of its value, or of each of its values.</summary>
    public Type Type =>
        Shape == SettingShape.List ? Property.PropertyType.GetElementType()!
        : Shape == SettingShape.Map ? Property.PropertyType.GetGenericArguments()[1]
        : Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>How a person writes it.</summary>
    public string Written =>
        Shape switch { SettingShape.List => $"{Name}:0", SettingShape.Map => $"{Name}:NAME", _ => Name };

    /// <summary>Whether a key of the configuration is this setting, or one of its values.</summary>
    public bool Owns(string key)
    {
        if (Shape == SettingShape.Value)
            return string.Equals(key, Name, StringComparison.OrdinalIgnoreCase);
        if (!key.StartsWith($"{Name}:", StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = key.AsSpan(Name.Length + 1);
        return rest.Length > 0 && !rest.Contains(':') && (Shape == SettingShape.Map || int.TryParse(rest, out _));
    }

    public static bool IsMap(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>);
}
