using Microsoft.Extensions.Configuration;
using Worker.Kafka.Configuration;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>
/// Keeps secrets off the command line, and lets every setting come from a file: KEY_FILE names a file whose text is
/// KEY's value, so that a mounted secret needs no environment variable. In names of librdkafka's properties '_' may be
/// written for '.', because few shells allow a dot in a variable's name.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";

    /// <summary>Settings that are or may hold secrets, beside properties of the client library.</summary>
    private static readonly string[] Secrets = ["Store:Postgres", "Kafka:HeadsSigningKey", "Web:Oidc:ClientSecret"];

    private const long LargestBytes = 1 << 20;
    private static readonly string[] Properties = ["Kafka:Client:", "Kafka:Consumer:", "Kafka:Producer:"];

    /// <exception cref="UserError">An argument is a secret setting's value or may be followed by one; the message does
    /// not contain it.</exception>
    public static void Refuse(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var key = argument.TrimStart('-', '/').Split('=')[0];
            if (key.Contains(':', StringComparison.Ordinal) && !key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
                && (ClientSecrets.IsSecret(key.Replace('_', '.'))
                    || Secrets.Contains(key, StringComparer.OrdinalIgnoreCase)))
                throw new UserError($"{key} does not belong on the command line, where every user of this machine " +
                    $"can read it: name a file that holds it (--{key}{Suffix}=PATH) or set the environment variable " +
                    $"{key.Replace(":", "__", StringComparison.Ordinal)}; if it was a real secret, change it",
                        ExitCode.Configuration);
        }
    }

    /// <summary>The same settings, with the text of the files in place of their names.</summary>
    /// <param name="sections">Only settings of these sections count, because the environment has other *_FILE
    /// variables.</param>
    /// <exception cref="UserError">A file cannot be read, or a setting is given twice; exit code 78.</exception>
    public static IConfiguration Resolve(IConfiguration configuration, IReadOnlyCollection<string> sections)
    {
        var settings = configuration.AsEnumerable()
            .Where(pair => pair.Value is not null
                && sections.Contains(pair.Key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
            .ToList();
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var resolved = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        foreach (var (key, value) in settings)
        {
            var fromFile = key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase);
            var name = Name(fromFile ? key[..^Suffix.Length] : key);
            if (given.TryGetValue(name, out var other))
                problems.Add($"{key} and {other} are the same setting: keep one");
            else if (!fromFile)
                resolved[name] = value;
            else if (Text(key, value!, problems) is { } text)
                resolved[name] = text;
            given[name] = key;
        }
        if (problems.Count > 0)
            throw new UserError(
                string.Join("\n  - ", problems.Prepend("settings cannot be read:")), ExitCode.Configuration);
        return given.All(pair => pair.Key == pair.Value)
            ? configuration
            : new ConfigurationBuilder().AddInMemoryCollection(resolved).Build();
    }

    private static string Name(string key) =>
        Array.Find(Properties, section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase)) is { } section
            ? key[..section.Length] + key[section.Length..].Replace('_', '.')
            : key;

    private static string? Text(string key, string path, List<string> problems)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestBytes })
                problems.Add($"{key}: {path} has more than {LargestBytes} bytes, too many for a setting");
            else if (File.ReadAllText(path).TrimEnd('\r', '\n') is { Length: > 0 } text)
                return text;
            else
                problems.Add($"{key}: {path} is empty");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add($"{key}: {path} is not there: mount the secret there or correct the path");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"{key}: the file cannot be read: {error.Message}");
        }
        return null;
    }
}
