using System.Text.Json;

namespace Worker.Core.Json;

/// <summary>Makes the exception for a field that is wrong.</summary>
/// <param name="path">The field, e.g. <c>model.unk_token</c>; empty for the document as a whole.</param>
/// <param name="reason">What is wrong and what to do, as a predicate, e.g. "is 7, expected a string".</param>
public delegate Exception JsonRefusal(string path, string reason);

/// <summary>
/// A value in a JSON document that knows its place, so that every error names the field. What an error is, and which
/// document it names, its reader says.
/// </summary>
public readonly struct JsonField
{
    private const string HalfCharacter = "an incomplete \\u escape: write the character whole";

    private readonly JsonRefusal refusal;

    /// <summary>A value at its place.</summary>
    /// <param name="value">It outlives the field.</param>
    /// <param name="refusal">Makes the exceptions.</param>
    /// <param name="path">Empty for the whole document.</param>
    public JsonField(JsonElement value, JsonRefusal refusal, string path = "") =>
        (Value, this.refusal, Path) = (value, refusal, path);

    public JsonElement Value { get; }

    /// <summary>The field, e.g. <c>model.unk_token</c>; empty for the whole document.</summary>
    public string Path { get; }

    /// <summary>Whether it is null, or not there.</summary>
    public bool IsNull => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    /// <summary>True only if it says so.</summary>
    public bool IsTrue => Value.ValueKind == JsonValueKind.True;

    /// <summary>A member; one that is absent counts as null.</summary>
    public JsonField this[string name]
    {
        get
        {
            try
            {
                var found = Require(JsonValueKind.Object).TryGetProperty(name, out var member);
                return new JsonField(found ? member : default, refusal, Child(name));
            }
            catch (InvalidOperationException)
            {
                throw Refuse($"has a name with {HalfCharacter}");
            }
        }
    }

    /// <summary>What to throw for it.</summary>
    /// <param name="reason">What is wrong and what to do, as a predicate.</param>
    public Exception Refuse(string reason) => refusal(Path, reason);

    /// <summary>What to throw for a value of another type or range.</summary>
    public Exception Unexpected(string expected) => Refuse($"is {Shown()}, expected {expected}");

    /// <summary>What to throw for a value that may be right, but not here.</summary>
    public Exception Unsupported(string supported) => Refuse($"is {Shown()}, only {supported} is understood");

    /// <summary>Names and values of an object, in their order.</summary>
    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        foreach (var member in Require(JsonValueKind.Object).EnumerateObject())
        {
            var name = NameOf(member);
            yield return (name, new JsonField(member.Value, refusal, Child(name)));
        }
    }

    /// <summary>Items of a list.</summary>
    public IEnumerable<JsonField> Items()
    {
        var index = 0;
        foreach (var item in Require(JsonValueKind.Array).EnumerateArray())
            yield return new JsonField(item, refusal, $"{Path}[{index++}]");
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
            // What the JSON reader throws for "\ud800", which is half a character.
            throw Refuse($"has {HalfCharacter}");
        }
    }

    public string Text(string fallback) => IsNull ? fallback : Text();

    public bool Flag(bool fallback) => OptionalFlag() ?? fallback;

    public bool? OptionalFlag() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => throw Unexpected("true or false"),
    };

    /// <summary>A whole number in a range.</summary>
    public int Integer(int minimum, int maximum) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Unexpected(maximum == int.MaxValue
                ? $"a whole number of {minimum} or more" : $"a whole number from {minimum} to {maximum}");

    /// <summary>The value as an error shows it: its JSON, cut.</summary>
    public string Shown()
    {
        if (IsNull)
            return "missing or null";
        var raw = Value.GetRawText();
        return raw.Length <= 60 ? raw : $"{raw.AsSpan(0, 60)}...";
    }

    private JsonElement Require(JsonValueKind kind) =>
        Value.ValueKind == kind ? Value : throw Unexpected($"a JSON {kind.ToString().ToLowerInvariant()}");

    private string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw Refuse($"has a name with {HalfCharacter}");
        }
    }

    private string Child(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
