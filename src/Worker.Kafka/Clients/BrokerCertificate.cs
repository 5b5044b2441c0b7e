using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Looks at a bootstrap broker's certificate, because the client library says only that it was not trusted, not why. It
/// connects, does the TLS handshake and sends nothing.
/// </summary>
internal static class BrokerCertificate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What exactly is wrong with the first broker's certificate, or that a listener speaks TLS; null if that is not
    /// known.
    /// </summary>
    public static string? Explain(WireFault fault, KafkaOptions options)
    {
        if (fault.Kind is not (WireFaultKind.BrokerCertificate or WireFaultKind.HungUp)
            || First(options) is not var (host, port))
            return null;
        var own = SecurityFiles.Authorities(options.Client);
        string? found = null;
        bool Look(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is X509Certificate2 shown)
                found = fault.Kind == WireFaultKind.HungUp
                    ? $"{host}:{port} speaks TLS: set Kafka:Client:security.protocol to ssl or sasl_ssl"
                    : Reason(shown, chain, errors, host, own);
            // Never trusted, because this connection only looks at the certificate.
            return false;
        }
        try
        {
            ShakeHands(host, port, Look).GetAwaiter().GetResult();
        }
        catch (Exception error)
            when (error is AuthenticationException or IOException or SocketException or OperationCanceledException
            or CryptographicException)
        {
            // Refused on purpose, or nothing was there to look at.
        }
        // If the client already speaks TLS, the broker closed the connection for another reason.
        return fault.Kind == WireFaultKind.HungUp && SpeaksTls(options) ? null : found;
    }

    private static async Task ShakeHands(string host, int port, RemoteCertificateValidationCallback look)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
        using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = look,
        }, limit.Token).ConfigureAwait(false);
    }

    private static string? Reason(
        X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors, string host, X509Certificate2Collection own)
    {
        var subject = $"the broker at {host} shows a certificate of {shown.Subject}, issued by {shown.Issuer},";
        if (shown.NotAfter.ToUniversalTime() is var until && until < TimeProvider.System.GetUtcNow().UtcDateTime)
            return $"{subject} that expired at {until:u}: it must be renewed on the broker";
        if (own.Count > 0)
        {
            using var again = new X509Chain();
            again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            again.ChainPolicy.CustomTrustStore.AddRange(own);
            if (chain is not null)
                foreach (var element in chain.ChainElements)
                    again.ChainPolicy.ExtraStore.Add(element.Certificate);
            if (!again.Build(shown))
                return $"{subject} which is not signed by any authority of Kafka:Client:ssl.ca.location: put the " +
                    "brokers' authority there";
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"{subject} which is not for {host} but for {Names(shown)}: use one of these names in " +
                $"Kafka:BootstrapServers, or have a certificate made for {host}";
        return own.Count == 0 && errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            ? $"{subject} which is not signed by an authority that this system trusts: set " +
                "Kafka:Client:ssl.ca.location to the brokers' authority (PEM)"
            : null;
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(
                extension =>
                    extension.EnumerateDnsNames().Concat(
                        extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count == 0 ? certificate.Subject : string.Join(", ", names);
    }

    private static bool SpeaksTls(KafkaOptions options) =>
        options.Client.TryGetValue("security.protocol", out var protocol)
            && protocol.EndsWith("ssl", StringComparison.OrdinalIgnoreCase);

    private static (string Host, int Port)? First(KafkaOptions options)
    {
        var first = options.BootstrapServers.Split(',')[0].Trim();
        return Uri.TryCreate(first.Contains("://", StringComparison.Ordinal) ? first : $"kafka://{first}",
            UriKind.Absolute, out var uri) && uri.Port > 0
            ? (uri.Host.Trim('[', ']'), uri.Port)
            : null;
    }
}
