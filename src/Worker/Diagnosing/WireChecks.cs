using System.Globalization;
using Worker.Kafka.Configuration;

namespace Worker.Diagnosing;

/// <summary>How the worker talks to the brokers, from its settings alone. Pure.</summary>
internal static class WireChecks
{
    private const string Name = "transport";

    /// <summary>Whether traffic can be read or changed on the way.</summary>
    public static IEnumerable<Finding> Of(KafkaOptions options)
    {
        var protocol = (Value(options, "security.protocol") ?? "plaintext").ToLowerInvariant();
        var mechanism = Value(options, "sasl.mechanism") ?? Value(options, "sasl.mechanisms");
        var who = protocol switch
        {
            "plaintext" => "clients are not authenticated",
            "ssl" when Value(options, "ssl.certificate.location") is not null
                || Value(options, "ssl.certificate.pem") is not null
                || Value(options, "ssl.keystore.location") is not null => "TLS with a client certificate",
            "ssl" => "TLS without a client certificate",
            _ => $"{mechanism}{(Value(options, "sasl.username") is { } user ? $" as {user}" : "")}",
        };
        if (!protocol.EndsWith("ssl", StringComparison.Ordinal))
            yield return Finding.Warning(Name, $"{protocol}: not encrypted; {who}",
                "use sasl_ssl or ssl unless the network is private");
        else if (Is(options, "enable.ssl.certificate.verification", "false"))
            yield return Finding.Warning(Name, $"{protocol}: the brokers' certificate is not verified; {who}",
                "remove enable.ssl.certificate.verification=false");
        else if (Is(options, "ssl.endpoint.identification.algorithm", "none"))
            yield return Finding.Warning(Name, $"{protocol}: the brokers' host names are not verified; {who}",
                "remove ssl.endpoint.identification.algorithm=none");
        else
            yield return Finding.Ok(Name, $"{protocol}, {who}");
        if (Is(options, "enable.sasl.oauthbearer.unsecure.jwt", "true"))
            yield return Finding.Warning(
                Name, "unsecured tokens: anybody can write one", "use sasl.oauthbearer.method=oidc");
    }

    /// <summary>Whether transactions may stay open as long as this worker asks for.</summary>
    public static Finding Transactions(KafkaOptions options, string? longest) =>
        long.TryParse(longest, CultureInfo.InvariantCulture, out var ms)
        ? ms < options.TransactionTimeoutMs
            ? Finding.Failed(
                "transactions",
                $"the brokers allow {ms} ms, Kafka:TransactionTimeoutMs is {options.TransactionTimeoutMs}",
                $"set Kafka:TransactionTimeoutMs to at most {ms}, or raise transaction.max.timeout.ms")
            : Finding.Ok("transactions", $"{options.TransactionTimeoutMs} ms, of {ms} that the brokers allow")
        : Finding.Unknown("transactions", "this user may not see transaction.max.timeout.ms",
            "grant DESCRIBE_CONFIGS on the cluster to have it checked");

    private static bool Is(KafkaOptions options, string property, string value) =>
        string.Equals(Value(options, property), value, StringComparison.OrdinalIgnoreCase);

    private static string? Value(KafkaOptions options, string property) =>
        options.Client.TryGetValue(property, out var value) ? value : null;
}
