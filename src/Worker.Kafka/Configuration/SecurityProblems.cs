namespace Worker.Kafka.Configuration;

/// <summary>
/// Finds problems of TLS and SASL settings before anything connects: settings that contradict each other, files that
/// are missing or not what they should be. No message shows a secret.
/// </summary>
internal static class SecurityProblems
{
    private static readonly string[] Protocols = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"];
    private static readonly string[] Files = ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location",
        "ssl.keystore.location", "ssl.crl.location"];

    /// <summary>Every problem, with its setting.</summary>
    public static List<string> Of(KafkaOptions options, DateTimeOffset now)
    {
        var problems = new List<string>();
        if (options.BootstrapServers.Contains('@', StringComparison.Ordinal))
            problems.Add(
                "Kafka:BootstrapServers: has an '@': Kafka does not take a user or password there; use " +
                "Kafka:Client:sasl.username and sasl.password");
        Section(options.Client, "Client", now, problems);
        return problems;
    }

    private static void Section(
        IDictionary<string, string> properties, string section, DateTimeOffset now, List<string> problems)
    {
        var protocol = Value(properties, "security.protocol") ?? "plaintext";
        if (!Protocols.Contains(protocol, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(
                $"Kafka:{section}:security.protocol: '{protocol}' must be one of {string.Join(", ", Protocols)}");
            return;
        }
        void Problem(string property, string text) => problems.Add($"Kafka:{section}:{property}: {text}");
        var sasl = protocol.StartsWith("sasl", StringComparison.OrdinalIgnoreCase);
        var tls = protocol.EndsWith("ssl", StringComparison.OrdinalIgnoreCase);
        if (!sasl
            && properties.Keys.FirstOrDefault(key => key.StartsWith("sasl.", StringComparison.Ordinal)) is { } unused)
            Problem(unused, $"is never used, security.protocol is {protocol}: set that to sasl_ssl");
        if (!tls
            && properties.Keys.FirstOrDefault(key => key.StartsWith("ssl.", StringComparison.Ordinal)) is { } noTls)
            Problem(noTls,
                $"is never used, security.protocol is {protocol}: set that to {(sasl ? "sasl_ssl" : "ssl")}");
        if (sasl)
            Mechanism(properties, Problem);
        if (tls)
            Tls(properties, now, Problem);
    }

    private static void Mechanism(IDictionary<string, string> properties, Action<string, string> problem)
    {
        var mechanism = Value(properties, "sasl.mechanism") ?? Value(properties, "sasl.mechanisms");
        switch (mechanism?.ToUpperInvariant())
        {
            case null:
                problem("sasl.mechanism", "is required with SASL: SCRAM-SHA-512, SCRAM-SHA-256, PLAIN or OAUTHBEARER");
                break;
            case "PLAIN" or "SCRAM-SHA-256" or "SCRAM-SHA-512":
                foreach (var needed in (string[])["sasl.username", "sasl.password"])
                    if (Value(properties, needed) is null)
                        problem(needed, $"is required with {mechanism}" +
                            (needed == "sasl.password" ? ": best from a file, Kafka__Client__sasl.password_FILE" : ""));
                break;
            case "OAUTHBEARER"
                when string.Equals(
                    Value(properties, "sasl.oauthbearer.method"), "oidc", StringComparison.OrdinalIgnoreCase):
                foreach (var needed in (string[])["sasl.oauthbearer.client.id", "sasl.oauthbearer.token.endpoint.url"])
                    if (Value(properties, needed) is null)
                        problem(needed, "is required with the OIDC method of OAUTHBEARER");
                break;
            case "OAUTHBEARER" when Value(properties, "enable.sasl.oauthbearer.unsecure.jwt") != "true":
                problem("sasl.oauthbearer.method",
                    "OAUTHBEARER needs a source of tokens: set this to oidc, with client.id, client.secret and " +
                    "token.endpoint.url under sasl.oauthbearer");
                break;
            case "OAUTHBEARER" or "GSSAPI":
                break;
            default:
                problem("sasl.mechanism",
                    $"'{mechanism}' must be one of SCRAM-SHA-512, SCRAM-SHA-256, PLAIN, OAUTHBEARER");
                break;
        }
    }

    private static void Tls(IDictionary<string, string> properties, DateTimeOffset now, Action<string, string> problem)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in Files)
            texts[property] = Value(properties, property) is { } path ? Read(property, path, problem) : null;
        foreach (var property in (string[])["ssl.ca", "ssl.certificate"])
            foreach (var (name, pem) in (IEnumerable<(string, string?)>)[($"{property}.location",
                texts[$"{property}.location"]), ($"{property}.pem", Value(properties, $"{property}.pem"))])
                if (pem is not null && SecurityFiles.CertificateProblem(pem, now) is { } wrong)
                    problem(name, wrong);
        var (certificate, certificateFrom) = Either(properties, texts, "ssl.certificate");
        var (key, keyFrom) = Either(properties, texts, "ssl.key");
        if (certificateFrom is not null && keyFrom is null)
            problem(certificateFrom, "has no key: set ssl.key.location or ssl.key.pem too");
        if (keyFrom is not null && certificateFrom is null)
            problem(keyFrom, "has no certificate: set ssl.certificate.location or ssl.certificate.pem too");
        var readable = certificate is not null
            && SecurityFiles.CertificateProblem(certificate, DateTimeOffset.MinValue) is null ? certificate : null;
        if (key is not null
            && SecurityFiles.KeyProblem(key, readable, Value(properties, "ssl.key.password")) is { } wrongKey)
            problem(keyFrom!, wrongKey);
    }

    /// <summary>The PEM and the property it comes from; the PEM is null if its file cannot be read.</summary>
    private static (string? Pem, string? From) Either(
        IDictionary<string, string> properties, Dictionary<string, string?> texts, string stem) =>
        Value(properties, $"{stem}.pem") is { } pem ? (pem, $"{stem}.pem")
        : Value(properties, $"{stem}.location") is not null ? (texts[$"{stem}.location"], $"{stem}.location")
        : (null, null);

    private static string? Read(string property, string path, Action<string, string> problem)
    {
        // Only the library reads key stores and folders of authorities, or searches for authorities.
        if (property is "ssl.keystore.location" && File.Exists(path)
            || property == "ssl.ca.location" && (path == "probe" || Directory.Exists(path)))
            return null;
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            problem(property, $"{Path.GetFullPath(path)} is not there: mount it there or correct the path");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem(property, $"{Path.GetFullPath(path)} cannot be read by this user: {error.Message}");
        }
        return null;
    }

    private static string? Value(IDictionary<string, string> properties, string name) =>
        properties.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value) ? value : null;
}
