using System.Text;
using System.Text.Json.Nodes;

namespace Worker.Core.Tests.Support;

/// <summary>Damages JSON at random, as a reader of foreign records must expect.</summary>
internal static class DamagedJson
{
    private static readonly string[] Values =
    [
        "null", "[]", "{}", "-1", "0", "1", "2147483647", "-2147483648", "1e30", "1.5", "\"\"", "\"mean\"", "[null]",
        "true",
        "1e999", "\"\\ud800\"",
    ];

    /// <summary>The object with one value, somewhere in it, replaced by one of another kind.</summary>
    public static string Replaced(string json, Random random)
    {
        // A marker first, because a tree cannot hold every value.
        const string Marker = "\"@@@\"";
        var root = JsonNode.Parse(json)!;
        var places = new List<Action>();
        Collect(root, places);
        places[random.Next(places.Count)]();
        return root.ToJsonString().Replace(Marker, Values[random.Next(Values.Length)], StringComparison.Ordinal);
    }

    /// <summary>The text with a few of its characters replaced.</summary>
    public static string Garbled(string json, Random random)
    {
        const string Some = "{}[]\",:0123456789eE.-nulltrue\\ud8\u0001";
        var letters = new StringBuilder(json);
        for (var i = random.Next(1, 4); i > 0; i--)
            letters[random.Next(letters.Length)] = Some[random.Next(Some.Length)];
        return letters.ToString();
    }

    private static void Collect(JsonNode node, List<Action> places)
    {
        if (node is JsonObject members)
            foreach (var (name, child) in members)
            {
                places.Add(() => members[name] = "@@@");
                if (child is not null)
                    Collect(child, places);
            }
        else if (node is JsonArray items)
            for (var i = 0; i < items.Count; i++)
            {
                var index = i;
                places.Add(() => items[index] = "@@@");
                if (items[i] is { } child)
                    Collect(child, places);
            }
    }
}
