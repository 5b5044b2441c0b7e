using System.Text.Json;

namespace Worker.Review.Tests.Serving;

/// <summary>
/// Holds values against the schemas of an OpenAPI 3.1 document: the parts of JSON Schema that ours uses, and any other
/// part is an error.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly HashSet<string> Annotations = ["description", "format", "default", "title", "pattern"];

    /// <summary>What is wrong, by its place; null for nothing.</summary>
    public string? Problem(JsonElement schema, JsonElement value, string place = "$")
    {
        foreach (var rule in schema.EnumerateObject())
            if (!Annotations.Contains(rule.Name) && Broken(rule, schema, value, place) is { } broken)
                return broken;
        return null;
    }

    /// <summary>The schema that a reference names, or the schema itself.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
        {
            var found = document;
            foreach (var part in reference.GetString()!.Split('/').Skip(1))
                found = found.GetProperty(part);
            schema = found;
        }
        return schema;
    }

    private string? Broken(JsonProperty rule, JsonElement schema, JsonElement value, string place)
    {
        var (isNumber, isText) = (value.ValueKind == JsonValueKind.Number, value.ValueKind == JsonValueKind.String);
        var (isList, isObject) = (value.ValueKind == JsonValueKind.Array, value.ValueKind == JsonValueKind.Object);
        switch (rule.Name)
        {
            case "$ref":
                return Problem(Resolve(schema), value, place);
            case "type":
                return Types(rule.Value).Any(type => Is(value, type))
                    ? null : $"{place} is {value.ValueKind}, not {rule.Value.GetRawText()}";
            case "enum":
                return rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
                    ? null : $"{place} is none of {rule.Value.GetRawText()}";
            case "anyOf" or "oneOf":
                return rule.Value.EnumerateArray().Any(one => Problem(one, value, place) is null)
                    ? null : $"{place} fits none of {rule.Value.GetRawText()}";
            case "required":
                return isObject && rule.Value.EnumerateArray().FirstOrDefault(name =>
                    !value.TryGetProperty(name.GetString()!, out _)) is { ValueKind: JsonValueKind.String } missing
                    ? $"{place} lacks {missing}" : null;
            case "properties":
                return !isObject ? null : rule.Value.EnumerateObject()
                    .Select(property => value.TryGetProperty(property.Name, out var member)
                        ? Problem(property.Value, member, $"{place}.{property.Name}") : null)
                    .FirstOrDefault(problem => problem is not null);
            case "additionalProperties":
                return !isObject ? null : Additional(rule.Value, schema, value, place);
            case "items":
                return !isList ? null : value.EnumerateArray()
                    .Select((item, i) => Problem(rule.Value, item, $"{place}[{i}]"))
                    .FirstOrDefault(problem => problem is not null);
            case "minimum":
                return isNumber && value.GetDouble() < rule.Value.GetDouble() ? $"{place} is too small" : null;
            case "maximum":
                return isNumber && value.GetDouble() > rule.Value.GetDouble() ? $"{place} is too large" : null;
            case "minLength":
                return isText && value.GetString()!.Length < rule.Value.GetInt32() ? $"{place} is too short" : null;
            case "maxLength":
                return isText && value.GetString()!.Length > rule.Value.GetInt32() ? $"{place} is too long" : null;
            case "minItems":
                return isList && value.GetArrayLength() < rule.Value.GetInt32() ? $"{place} has too few" : null;
            case "maxItems":
                return isList && value.GetArrayLength() > rule.Value.GetInt32() ? $"{place} has too many" : null;
            case "minProperties":
                return isObject && value.EnumerateObject().Count() < rule.Value.GetInt32()
                    ? $"{place} has too few" : null;
            default:
                throw new InvalidOperationException($"a rule that is not understood here: {rule.Name}");
        }
    }

    private string? Additional(JsonElement rule, JsonElement schema, JsonElement value, string place)
    {
        schema.TryGetProperty("properties", out var known);
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out _))
                continue;
            if (rule.ValueKind == JsonValueKind.False)
                return $"{place} has {member.Name}, which is not known";
            if (rule.ValueKind == JsonValueKind.Object
                && Problem(rule, member.Value, $"{place}.{member.Name}") is { } broken)
                return broken;
        }
        return null;
    }

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Select(one => one.GetString()!)
        : [type.GetString()!];

    private static bool Is(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };
}
