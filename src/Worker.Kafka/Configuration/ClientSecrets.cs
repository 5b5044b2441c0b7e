namespace Worker.Kafka.Configuration;

/// <summary>Keeps the values of secret properties out of logs and errors.</summary>
internal sealed class ClientSecrets
{
    private const string Mask = "***";
    private static readonly string[] SecretParts = ["password", "secret", "key.pem", "oauthbearer.config", "jaas", "passphrase"];
    private readonly string[] values;

    public ClientSecrets(KafkaOptions options)
    {
        // Longest first: a secret that contains another is masked whole.
        values = [.. new[] { options.Client, options.Consumer, options.Producer }
            .SelectMany(properties => properties)
            .Where(property => IsSecret(property.Key) && !string.IsNullOrEmpty(property.Value))
            .Select(property => property.Value)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length)];
    }

    /// <summary>Whether the property's value must never be shown.</summary>
    public static bool IsSecret(string property)
    {
        foreach (var part in SecretParts)
            if (property.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>The text with every secret value replaced by ***.</summary>
    public string Redact(string text)
    {
        foreach (var value in values)
            text = text.Replace(value, Mask, StringComparison.Ordinal);
        return text;
    }
}
