using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Worker.Review.Serving;

namespace Worker.Review.Tests.Serving;

/// <summary>
/// Asks every endpoint for everything: requests made from the API's own description, right ones and wrong ones. Every
/// answer has a status that the description names and the shape that it promises, and none is a failure of ours.
/// </summary>
public class ApiFuzzTests
{
    private const int RequestsOfEach = 60;

    private static readonly string[] Texts =
    [
        "refund", "s", "", " ", "a/b", "../..", "%00", "\0", "\ud800", "null", "<script>alert(1)</script>", "é́̂",
        "\u202eright to left", "' OR 1=1 --", new string('x', 300), "1", "-1", "👩‍👩‍👧", "yes", "no", "unknown",
        "k.1:_-",
    ];

    [Fact]
    public async Task No_request_fails_and_every_answer_is_as_described()
    {
        await using var review = await RunningReview.Start(options => options.RequestsPerSecond = 100_000);
        review.Ask(200);
        var client = review.As("root");
        var (_, document) = await client.Fetch(ApiDescription.Path);
        var (check, random) = (new SchemaCheck(document), new Random(7));
        var seen = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
            {
                var statuses = seen[$"{operation.Name} {path.Name}"] = [];
                for (var i = 0; i < RequestsOfEach; i++)
                {
                    using var request = Request(check, random, path.Name, operation);
                    var sent = $"{request.Method} {request.RequestUri} " +
                        (request.Content is null ? "" : await request.Content.ReadAsStringAsync());
                    using var response = await client.SendAsync(request);
                    var text = await response.Content.ReadAsStringAsync();
                    statuses.Add((int)response.StatusCode);
                    Assert.True(
                        (int)response.StatusCode < 500, $"{sent}: {response.StatusCode} {text}\n{Log(review)}");
                    Assert.True(
                        operation.Value.GetProperty("responses").TryGetProperty(
                            $"{(int)response.StatusCode}", out var described),
                        $"{sent}: {(int)response.StatusCode} is not described: {text}");
                    if (text.Length == 0)
                        continue;
                    var (type, shape) = described.GetProperty("content").EnumerateObject()
                        .Select(content => (content.Name, content.Value)).First();
                    Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
                    var problem = check.Problem(
                        shape.GetProperty("schema"), JsonDocument.Parse(text).RootElement);
                    Assert.True(problem is null, $"{sent}: {problem}: {text}");
                }
            }
        // It was no fuzz of refusals alone.
        Assert.All(seen, one => Assert.True(
            one.Value.Overlaps([200, 202, 204]), $"{one.Key} was never right: {string.Join(", ", one.Value)}"));
    }

    private static string Log(RunningReview review)
    {
        lock (review.Log)
            return review.Log.LastOrDefault() ?? "";
    }

    private static HttpRequestMessage Request(
        SchemaCheck check, Random random, string path, JsonProperty operation)
    {
        var (query, headers) = (new List<string>(), new List<(string Name, string Value)>());
        if (operation.Value.TryGetProperty("parameters", out var parameters))
            foreach (var parameter in parameters.EnumerateArray())
            {
                var (name, where) = (
                    parameter.GetProperty("name").GetString()!, parameter.GetProperty("in").GetString());
                var value = Parameter(random, name, parameter.GetProperty("schema"));
                if (where == "path")
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(Whole(value)), StringComparison.Ordinal);
                else if (random.Next(4) == 0)
                    continue;
                else if (where == "query")
                    query.Add($"{name}={Uri.EscapeDataString(Whole(value))}");
                else if (value.All(character => character is >= ' ' and <= '~'))
                    headers.Add((name, value));
            }
        var request = new HttpRequestMessage(
            HttpMethod.Parse(operation.Name), path + (query.Count > 0 ? $"?{string.Join('&', query)}" : ""));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (operation.Value.TryGetProperty("requestBody", out var body))
            request.Content = new StringContent(
                Body(check, random, body.GetProperty("content").EnumerateObject().First().Value.GetProperty("schema")),
                Encoding.UTF8, random.Next(20) == 0 ? "text/plain" : "application/json");
        return request;
    }

    /// <summary>Half a character cannot be escaped; an empty part of a path is another path.</summary>
    private static string Whole(string value) =>
        value.Length == 0 || value.Any(char.IsSurrogate) || value is "../.." ? "x" : value;

    private static string Parameter(Random random, string name, JsonElement schema) =>
        random.Next(5) == 0 ? Texts[random.Next(Texts.Length)]
        : name switch
        {
            "label" => random.Next(3) == 0 ? "angry" : "refund",
            "id" => $"{random.Next(1, 220)}",
            "Idempotency-Key" or "key" => $"key-{random.Next(1000)}",
            _ => Value(random, schema, schema)?.ToString() ?? "",
        };

    private static string Body(SchemaCheck check, Random random, JsonElement schema)
    {
        var whole = random.Next(20) switch
        {
            0 => "{",
            1 => "[]",
            2 => "null",
            3 => "{\"seat\":\"s\",\"seat\":\"s\"}",
            4 => "\u0000",
            5 => "{\"\\ud800\":1}",
            _ => null,
        };
        return whole ?? (Value(random, check.Resolve(schema), check.Resolve(schema))?.ToJsonString() ?? "null");
    }

    /// <summary>A value that a schema allows, mostly.</summary>
    private static JsonNode? Value(Random random, JsonElement schema, JsonElement whole)
    {
        if (random.Next(25) == 0)
            return Wrong(random);
        if (schema.TryGetProperty("anyOf", out var any))
            return Value(random, any[random.Next(any.GetArrayLength())], whole);
        if (schema.TryGetProperty("enum", out var names))
            return JsonNode.Parse(names[random.Next(names.GetArrayLength())].GetRawText());
        var type = schema.GetProperty("type");
        switch (type.ValueKind == JsonValueKind.Array ? type[random.Next(type.GetArrayLength())].GetString()
            : type.GetString())
        {
            case "object":
                var made = new JsonObject();
                if (schema.TryGetProperty("properties", out var properties))
                    foreach (var property in properties.EnumerateObject())
                        if (random.Next(5) > 0 || IsRequired(schema, property.Name))
                            made[property.Name] = Value(random, property.Value, whole);
                if (schema.TryGetProperty("additionalProperties", out var more)
                    && more.ValueKind == JsonValueKind.Object)
                    for (var i = random.Next(3); i >= 0; i--)
                        made[i == 0 ? "refund" : Whole(Texts[random.Next(Texts.Length)])] =
                            Value(random, more, whole);
                return made;
            case "array":
                var items = schema.GetProperty("items");
                return new JsonArray([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
                    Value(random, items, whole))]);
            case "integer":
                var least = schema.TryGetProperty("minimum", out var minimum) ? minimum.GetInt64() : 1;
                return JsonValue.Create(least + random.Next(100));
            case "number":
                return JsonValue.Create(random.NextDouble());
            case "boolean":
                return JsonValue.Create(random.Next(2) == 0);
            case "null":
                return null;
            default:
                return JsonValue.Create(random.Next(3) == 0 ? Whole(Texts[random.Next(Texts.Length)]) : "s");
        }
    }

    private static bool IsRequired(JsonElement schema, string name) =>
        schema.TryGetProperty("required", out var required)
        && required.EnumerateArray().Any(one => one.GetString() == name);

    private static JsonNode? Wrong(Random random) => random.Next(6) switch
    {
        0 => null,
        1 => JsonValue.Create(-1),
        2 => JsonValue.Create(1e300),
        3 => JsonValue.Create(Whole(Texts[random.Next(Texts.Length)])),
        4 => new JsonArray(),
        _ => new JsonObject { ["unexpected"] = 1 },
    };
}
