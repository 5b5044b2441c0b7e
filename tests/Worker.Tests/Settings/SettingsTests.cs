using System.Text.Json;
using Worker.Settings;

namespace Worker.Tests.Settings;

/// <summary>Checks that options, documentation and chart match.</summary>
public class SettingsTests
{
    /// <summary>The chart sets each pod's identity itself; passwords and keys come from a Secret.</summary>
    private static readonly string[] NotOfTheChart =
    [
        "Kafka:TransactionalId", "Kafka:HeadsSigningKey", "Store:Postgres", "Web:ApiKeys", "Web:Oidc:ClientSecret",
        "Web:Person",
    ];

    [Fact]
    public void Every_option_is_documented_and_every_documented_key_is_an_option() =>
        Assert.Equal(Options().Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));

    [Fact]
    public void The_chart_takes_every_option()
    {
        using var schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "charts", "worker", "values.schema.json")));
        var config = schema.RootElement.GetProperty("definitions").GetProperty("config").GetProperty("properties");
        Assert.Equal(Options().Except(NotOfTheChart, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Keys(config, "").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Options() => SettingKeys.All.Select(setting => setting.Name);

    /// <summary>
    /// First cells of the table: "Kafka:Topics:Messages, Results" are two keys, "Kafka:Client:*, Consumer:*" too.
    /// </summary>
    private static IEnumerable<string> Documented()
    {
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)
                && line.Contains(':', StringComparison.Ordinal)))
        {
            var cell = line.Split('|')[1].Trim();
            if (!cell.Contains(':', StringComparison.Ordinal) || cell.StartsWith("---", StringComparison.Ordinal))
                continue;
            var parent = "";
            foreach (var key in cell.Split(", ").Select(key =>
                key.Replace(":*", "", StringComparison.Ordinal).Replace(":Default", "", StringComparison.Ordinal)))
            {
                var whole = parent.Length == 0 ? key : $"{parent}:{key}";
                parent = parent.Length == 0 ? key[..key.LastIndexOf(':')] : parent;
                yield return whole;
            }
        }
    }

    private static IEnumerable<string> Keys(JsonElement properties, string parent) =>
        properties.EnumerateObject().SelectMany(property =>
        property.Value.TryGetProperty("properties", out var inner) && property.Name != "LogLevel"
            ? Keys(inner, $"{parent}{property.Name}:")
            : [$"{parent}{property.Name}"]);
}
