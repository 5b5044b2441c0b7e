using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Worker.Hosting;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Tests.Settings;

/// <summary>Every setting, from every place that settings come from.</summary>
public class SettingSourcesTests
{
    [Theory]
    [InlineData("file")]
    [InlineData("environment")]
    [InlineData("command line")]
    [InlineData("beside a secret file")]
    [InlineData("from a file of its own")]
    public void Every_setting_counts(string source)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("secret"), "planted");
        foreach (var setting in SettingKeys.All)
        {
            // Secrets, which the command line refuses.
            if (setting.Name is "Store:Postgres" or "Kafka:HeadsSigningKey" or "Web:Oidc:ClientSecret"
                && source is ("command line" or "beside a secret file"))
                continue;
            var (key, value) = (setting.Written.Replace("NAME", "Default", StringComparison.Ordinal), Sample(setting));
            var problems = new List<string>();
            var options = RunOptionsReader.Bind(Read(source, key, value, folder), problems);
            Assert.DoesNotContain(
                problems, problem => problem.StartsWith($"{key}: ", StringComparison.OrdinalIgnoreCase));
            Assert.Equal(value, Bound(options, setting), ignoreCase: true);
            if (source == "beside a secret file")
                Assert.Equal("planted", options.Kafka.Client["ssl.key.password"]);
        }
    }

    [Fact]
    public void A_variable_of_a_mistyped_section_is_refused_and_those_of_others_are_not()
    {
        var error = Assert.Throws<UserError>(() =>
            SettingFiles.Read(null, [], new Hashtable { ["Kafak__GroupId"] = "x" }));
        Assert.Equal(
            (ExitCode.Configuration, true),
            (error.Code, error.Message.Contains("did you mean Kafka:GroupId?", StringComparison.Ordinal)));
        Assert.NotNull(
            SettingFiles.Read(
                null, [], new Hashtable
                {
                    ["PATH"] = "/bin",
                    ["HEADS"] = "x",
                    ["ASPNETCORE__URLS"] = "x",
                    ["KAFKA_PORT"] = "tcp://10.0.0.1",
                }));
    }

    [Theory]
    [InlineData("{\"Kafka\": {\n \"GroupId\": \"a\" \"b\"}}", "line 2, column 17 is not JSON")]
    [InlineData("[1]", "holds no JSON object")]
    [InlineData("{\"Reveiw\": {\"Seed\": 1}}", "Reveiw: there is no such setting; did you mean Review?")]
    [InlineData("{\"Review\": 3}", "Review: is a section")]
    [InlineData("{\"Kafka\": {\"GroupId\": \"a\", \"groupid\": \"b\"}}", "Kafka:groupid: is there twice")]
    public void A_broken_file_is_named_with_the_place(string text, string message)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.json"), text);
        var error = Assert.Throws<UserError>(() =>
            SettingFiles.Read(new FileInfo(folder.File("a.json")), [], new Hashtable()));
        Assert.Equal(ExitCode.Configuration, error.Code);
        Assert.StartsWith(folder.File("a.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_have_comments_nulls_and_empty_braces()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(
            folder.File("a.json"),
            "{ // of ours\n\"Kafka\": {\"GroupId\": null, \"Client\": {}, \"LingerMs\": 5,}, \"Encoder\": " +
            "{\"Features\": []}, \"Results\": {\"OnlyYes\": true}}");
        var problems = new List<string>();
        var options = RunOptionsReader.Bind(
            SettingFiles.Read(new FileInfo(folder.File("a.json")), [], new Hashtable()), problems);
        Assert.Equal(("worker", 5, true), (options.Kafka.GroupId, options.Kafka.LingerMs, options.Results.OnlyYes));
        Assert.Equal(
            ["Kafka:BootstrapServers is required: host:port of one or more brokers, comma separated"], problems);
    }

    private static IConfiguration Read(string source, string key, string value, TemporaryFolder folder)
    {
        var file = new FileInfo(folder.File("settings.json"));
        var none = new Hashtable();
        switch (source)
        {
            case "file":
                File.WriteAllText(file.FullName, Nested(key, value).ToJsonString());
                return SettingFiles.Read(file, [], none);
            case "environment":
                return SettingFiles.Read(
                    null, [], new Hashtable { [key.Replace(":", "__", StringComparison.Ordinal)] = value });
            case "command line":
                return SettingFiles.Read(null, [$"--{key}={value}"], none);
            case "beside a secret file":
                return SettingFiles.Read(null, [$"--{key}={value}"],
                    new Hashtable { ["Kafka__Client__ssl_key_password_FILE"] = folder.File("secret") });
            default:
                File.WriteAllText(folder.File("value"), value + "\n");
                return SettingFiles.Read(
                    null, [], new Hashtable
                    {
                        [key.Replace(":", "__", StringComparison.Ordinal) + "_FILE"] = folder.File("value"),
                    });
        }
    }

    private static JsonNode Nested(string key, string value) => key.Split(':').Reverse()
        .Aggregate(
            (JsonNode)value, (inner, part) => part == "0" ? new JsonArray(inner) : new JsonObject { [part] = inner });

    /// <summary>A value that is allowed and is not the default.</summary>
    private static string Sample(SettingKey setting)
    {
        var rules = setting.Property.GetCustomAttributes<ValidationAttribute>().ToList();
        string[] candidates =
            setting.Type.IsEnum ? Enum.GetNames(setting.Type)
            : rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed
                ? [.. allowed.Values.Select(value => $"{value}")]
            : setting.Type == typeof(bool) ? ["True", "False"]
            : setting.Type == typeof(int) ? ["7", "17", "1700", "17000", "170000"]
            : setting.Type == typeof(double) ? ["0.25", "25"]
            : ["zstd", "/x", "http://collector:4317", "a-signing-key-of-32-letters-or-more", "10.0.0.1"];
        var usual = Bound(new RunOptions(), setting);
        return candidates.First(candidate =>
            candidate != usual && SettingValue.Problem(setting.Name, setting, candidate) is null);
    }

    private static string? Bound(RunOptions options, SettingKey setting)
    {
        object? at = options;
        foreach (var name in setting.Name.Split(':'))
            at = at!.GetType().GetProperty(name)!.GetValue(at);
        return at switch
        {
            IDictionary map =>
                Convert.ToString(map.Values.Cast<object>().FirstOrDefault(), CultureInfo.InvariantCulture),
            string[] list => list.FirstOrDefault(),
            _ => Convert.ToString(at, CultureInfo.InvariantCulture),
        };
    }
}
