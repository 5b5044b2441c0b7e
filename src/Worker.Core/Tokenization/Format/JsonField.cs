using System.Text.Json;

namespace Worker.Core.Tokenization.Format;

/// <summary>A value in a JSON file that knows its place, so that every error names the file and the field.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Path">The field, e.g. <c>model.unk_token</c>; empty for the whole file.</param>
internal readonly record struct JsonField(string File, string Path, JsonElement Value)
{
    /// <summary>A whole file.</summary>
    /// <exception cref="TokenizerRefusedException">It is not JSON.</exception>
    public static JsonField Parse(string file, ReadOnlyMemory<byte> utf8)
    {
        if (FileStart.Problem(utf8.Span) is { } problem)
            throw new TokenizerRefusedException(file, "", problem);
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return new JsonField(file, "", document.RootElement.Clone());
        }
        catch (JsonException error)
        {
            throw new TokenizerRefusedException(file, "", $"is not valid JSON ({error.Message}): was it cut short?");
        }
    }

    public bool IsNull => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    /// <summary>A member; one that is absent counts as null.</summary>
    public JsonField this[string name] =>
        new(File, Child(name), Require(JsonValueKind.Object).TryGetProperty(name, out var member) ? member : default);

    public TokenizerRefusedException Refuse(string reason) => new(File, Path, reason);

    /// <summary>Refuses the value as unsupported.</summary>
    public TokenizerRefusedException RefuseValue(string expected) =>
        Refuse($"is {Shown()}, only {expected} is understood");

    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        foreach (var member in Require(JsonValueKind.Object).EnumerateObject())
            yield return (NameOf(member), new JsonField(File, Child(NameOf(member)), member.Value));
    }

    public IEnumerable<JsonField> Items()
    {
        var index = 0;
        foreach (var item in Require(JsonValueKind.Array).EnumerateArray())
            yield return new JsonField(File, $"{Path}[{index++}]", item);
    }

    /// <summary>Refuses members that are not among the names.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var (name, field) in Members())
            if (!names.Contains(name))
                throw field.Refuse($"is {field.Shown()}, a setting that is not understood here");
    }

    public string Text()
    {
        try
        {
            return Require(JsonValueKind.String).GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Refuse("holds half of a surrogate pair");
        }
    }

    public string Text(string fallback) => IsNull ? fallback : Text();

    public bool Flag(bool fallback) => OptionalFlag() ?? fallback;

    public bool? OptionalFlag() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => throw RefuseValue("true or false"),
    };

    public int Integer(int minimum, int maximum) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw RefuseValue($"a whole number from {minimum} to {maximum}");

    /// <summary>A token id.</summary>
    public int Id() => Integer(0, int.MaxValue - 1);

    private JsonElement Require(JsonValueKind kind) =>
        Value.ValueKind == kind ? Value : throw RefuseValue($"a JSON {kind.ToString().ToLowerInvariant()}");

    private string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw Refuse("has a member whose name holds half of a surrogate pair");
        }
    }

    private string Child(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private string Shown()
    {
        if (IsNull)
            return "missing or null";
        var raw = Value.GetRawText();
        return raw.Length <= 60 ? raw : $"{raw.AsSpan(0, 60)}...";
    }
}
