using System.Text.RegularExpressions;

namespace Worker.Kafka.Configuration;

/// <summary>Keeps the values of secret properties out of logs and errors.</summary>
public sealed partial class ClientSecrets
{
    private const string Mask = "***";
    private static readonly string[] SecretParts = ["password", "secret", "key.pem", "oauthbearer.config", "jaas",
        "passphrase", "private.key"];
    private readonly string[] values;

    /// <summary>The secrets of these options: signing keys, and those among librdkafka's properties.</summary>
    public ClientSecrets(KafkaOptions options)
    {
        // Longest first, so that a secret that contains another is masked completely.
        values = [.. new[] { options.Client, options.Consumer, options.Producer }
            .SelectMany(properties => properties)
            .Where(property => IsSecret(property.Key) && !string.IsNullOrEmpty(property.Value))
            .SelectMany(property => Parts(property.Value))
            .Concat(options.SigningKeys)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length)];
    }

    /// <summary>
    /// Whether the property's value must never be shown. A path to a secret may be shown; only the property's own value
    /// counts.
    /// </summary>
    public static bool IsSecret(string property)
    {
        if (property.EndsWith(".location", StringComparison.OrdinalIgnoreCase)
            || property.EndsWith(".file", StringComparison.OrdinalIgnoreCase))
            return false;
        foreach (var part in SecretParts)
            if (property.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>The text with every secret value, and every user and password inside a URL, replaced by ***.</summary>
    public string Redact(string text)
    {
        foreach (var value in values)
            text = text.Replace(value, Mask, StringComparison.Ordinal);
        return RedactUrls(text);
    }

    /// <summary>The text with the user and password of every URL in it replaced by ***.</summary>
    public static string RedactUrls(string text) => UserInfo().Replace(text, $"://{Mask}@");

    /// <summary>
    /// The value; for a value of several lines (a PEM key) also each line that is long enough to reveal something.
    /// </summary>
    private static IEnumerable<string> Parts(string value) =>
        value.Contains('\n', StringComparison.Ordinal)
            ? value.Split('\n', StringSplitOptions.TrimEntries).Where(line =>
                line.Length >= 16 && !line.StartsWith("-----", StringComparison.Ordinal)).Prepend(value)
            : [value];

    [GeneratedRegex(@"://[^/\s""'<>]*@", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserInfo();
}
