using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Worker.Tests.Security;

/// <summary>A certificate authority of a test, and the certificates it signs, all as PEM.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 root;
    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        root = request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
    }

    public string Pem => root.ExportCertificatePem();

    /// <summary>A certificate for a host of this name (and, for localhost, 127.0.0.1) or for a client.</summary>
    public (string Certificate, string Key) Sign(string name, bool expired = false, string? password = null)
    {
        using var own = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var until = expired ? now.AddDays(-1) : now.AddYears(1);
        using var certificate = request.Create(root, now.AddYears(-1), until, Guid.NewGuid().ToByteArray());
        return (certificate.ExportCertificatePem(), password is null
            ? own.ExportPkcs8PrivateKeyPem()
            : own.ExportEncryptedPkcs8PrivateKeyPem(
                password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)));
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
    }
}
