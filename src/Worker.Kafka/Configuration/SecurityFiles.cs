using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Worker.Kafka.Configuration;

/// <summary>Reads the PEM files and PEM values of TLS as far as they can be checked before anything connects.</summary>
internal static class SecurityFiles
{
    /// <summary>
    /// The authorities of ssl.ca.location or ssl.ca.pem; empty if there are none or they cannot be read.
    /// </summary>
    public static X509Certificate2Collection Authorities(IDictionary<string, string> properties)
    {
        var found = new X509Certificate2Collection();
        try
        {
            if (properties.TryGetValue("ssl.ca.pem", out var pem))
                found.ImportFromPem(pem);
            else if (properties.TryGetValue("ssl.ca.location", out var file) && File.Exists(file))
                found.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            found.Clear();
        }
        return found;
    }

    /// <summary>What is wrong with PEM certificates; null if nothing is.</summary>
    public static string? CertificateProblem(string pem, DateTimeOffset now)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return "holds a certificate that cannot be read: write PEM (-----BEGIN CERTIFICATE-----)";
        }
        if (found.Count == 0)
            return "holds no PEM certificate (-----BEGIN CERTIFICATE-----): a Java key store or DER file must be " +
                "converted first";
        // The first certificate is the one that is shown; of several authorities, one good one is enough.
        return found.All(certificate => certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            ? $"holds a certificate of {found[0].Subject} that expired at {found[0].NotAfter.ToUniversalTime():u}: " +
                "renew it"
            : null;
    }

    /// <summary>
    /// What is wrong with a PEM key for a certificate; null if nothing is. No message shows any part of the key.
    /// </summary>
    public static string? KeyProblem(string key, string? certificate, string? password)
    {
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return "holds no PEM private key (-----BEGIN PRIVATE KEY-----)";
        // OpenSSL's old form of encryption: only the client library can read it.
        if (key.Contains("Proc-Type:", StringComparison.Ordinal))
            return null;
        var encrypted = key.Contains("BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (encrypted && string.IsNullOrEmpty(password))
            return "is encrypted: set Kafka:Client:ssl.key.password (or ssl.key.password_FILE)";
        if (certificate is null)
            return null;
        try
        {
            using var both = encrypted
                ? X509Certificate2.CreateFromEncryptedPem(certificate, key, password)
                : X509Certificate2.CreateFromPem(certificate, key);
            return null;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return encrypted
                ? "does not open with Kafka:Client:ssl.key.password, or does not belong to the certificate"
                : "does not belong to the certificate, or cannot be read";
        }
    }
}
