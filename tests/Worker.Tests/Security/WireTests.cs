using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;

namespace Worker.Tests.Security;

/// <summary>Every way to authenticate, and every way to get it wrong, against a real broker.</summary>
public class WireTests(TinyModel model, SecureBroker broker)
{
    private const string Wrong = "planted-but-wrong";

    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    [InlineData("PLAIN")]
    public void A_user_and_a_password_are_taken(string mechanism) =>
        Reach(broker.Sasl, Sasl(("sasl.mechanism", mechanism)));

    [Fact]
    public void An_unsecured_token_is_taken() =>
        Reach(broker.Sasl, Tls(("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER"),
        ("enable.sasl.oauthbearer.unsecure.jwt", "true"), ("sasl.oauthbearer.config", "principal=full")));

    [Fact]
    public void A_token_of_an_oauth_endpoint_is_taken()
    {
        using var endpoint = new TokenEndpoint(SecureBroker.FullUser, clientSecret: SecureBroker.Password);
        Reach(broker.Sasl, Oidc(endpoint.Url, SecureBroker.Password));
        Assert.True(endpoint.Granted > 0, "the broker let it in without a token");
    }

    [Fact]
    public void A_certificate_with_an_encrypted_key_is_taken()
    {
        var own = broker.Client("full", SecureBroker.Password);
        Reach(broker.MutualTls, Tls(("ssl.certificate.location", own.Certificate), ("ssl.key.location", own.Key),
            ("ssl.key.password", SecureBroker.Password)));
    }

    [Fact]
    public void Certificates_given_as_values_are_taken()
    {
        var own = broker.Client("full");
        Reach(broker.MutualTls, [("security.protocol", "ssl"), ("ssl.ca.pem", File.ReadAllText(broker.CaFile)),
            ("ssl.certificate.pem", File.ReadAllText(own.Certificate)), ("ssl.key.pem", File.ReadAllText(own.Key))]);
    }

    [Fact]
    public void What_tls_or_the_credentials_refuse_stops_the_start_and_is_said()
    {
        using var other = new TestAuthority("another-authority");
        var file = broker.Folder.File("other-ca.pem");
        File.WriteAllText(file, other.Pem);
        var saslInPlainText = Sasl(("security.protocol", "sasl_plaintext")).Where(s => s.Name != "ssl.ca.location");
        (WorkerProcess Worker, string[] Says)[] cases =
        [
            // A wrong password; a user that no PLAIN login knows.
            (Run(broker.Sasl, Sasl(("sasl.password", Wrong))), ["refuses this worker's credentials",
                "sasl.mechanism under Kafka:Client"]),
            (Run(broker.Sasl, Sasl(("sasl.mechanism", "PLAIN"), ("sasl.username", "nobody"))),
                ["refuses this worker's credentials"]),
            // An unknown authority; no authority; an expired certificate; one for another host.
            (Run(broker.Sasl, Sasl(("ssl.ca.location", file))), ["CN=test-authority",
                "not signed by any authority of Kafka:Client:ssl.ca.location"]),
            (Run(broker.Sasl, Sasl().Where(s => s.Name != "ssl.ca.location")),
                ["not signed by an authority that this system trusts", "set Kafka:Client:ssl.ca.location"]),
            (Run(broker.Expired, Tls()), ["that expired at", "renewed on the broker"]),
            (Run(broker.OtherName, Tls()), ["not for 127.0.0.1 but for other.example"]),
            // No certificate where one is demanded; TLS and SASL to listeners without them.
            (Run(broker.MutualTls, Tls()), ["demands one and got none", "ssl.certificate.location"]),
            (Run(broker.Open, Sasl()), ["the listener does not speak TLS"]),
            (Run(broker.Open, saslInPlainText), ["does not offer this SASL mechanism"]),
        ];
        foreach (var (worker, says) in cases)
            using (worker)
            {
                Assert.Equal(1, worker.WaitForExit(TimeSpan.FromSeconds(90)));
                Said(worker, ["Stopping: no connection to", .. says]);
            }
    }

    [Fact]
    public void What_may_mend_itself_is_said_and_tried_again()
    {
        using var endpoint = new TokenEndpoint(SecureBroker.FullUser, clientSecret: SecureBroker.Password);
        var url = endpoint.Url.Replace("://", "://user:planted-in-url@", StringComparison.Ordinal);
        (WorkerProcess Worker, string Says)[] cases =
        [
            (Run(broker.Sasl, []), "speaks TLS: set Kafka:Client:security.protocol"),
            (Run(broker.Sasl, Oidc(url, Wrong)), "no token from the OAuth endpoint"),
            (Run("no.such.host.invalid:9092", Sasl()), "host name has no address"),
        ];
        foreach (var (worker, says) in cases)
            using (worker)
            {
                Assert.True(
                    SpinWait.SpinUntil(() => worker.HasExited || worker.Output.Contains(says, StringComparison.Ordinal),
                    TimeSpan.FromSeconds(90)), worker.Output);
                Assert.False(worker.HasExited, worker.Output + worker.Errors);
                worker.Terminate();
                Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
                Said(worker, [says]);
            }
        Assert.Equal(0, endpoint.Granted);
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_before_anything_connects()
    {
        var own = broker.Client("full", SecureBroker.Password);
        var text = broker.Folder.File("no.pem");
        File.WriteAllText(text, "planted, and no certificate");
        Refuses(Tls(("ssl.ca.location", "/nowhere/ca.pem")), "ssl.ca.location: /nowhere/ca.pem is not there");
        Refuses(Tls(("ssl.ca.location", text)), "ssl.ca.location: holds no PEM certificate");
        Refuses(Tls(("ssl.certificate.location", own.Certificate)), "ssl.certificate.location: has no key");
        Refuses(Tls(("ssl.certificate.location", own.Certificate),
            ("ssl.key.location", own.Key)), "ssl.key.location: is encrypted");
        Refuses(Tls(("ssl.certificate.location", own.Certificate), ("ssl.key.location", own.Key),
            ("ssl.key.password", Wrong)), "ssl.key.location: does not open");
        Refuses(Tls(("ssl.certificate.location", own.Certificate),
            ("ssl.key.location", broker.Client("full").Key)), "ssl.key.location: does not belong");
        var ended = broker.Client("full", expired: true);
        Refuses(Tls(("ssl.certificate.location", ended.Certificate),
            ("ssl.key.location", ended.Key)), "ssl.certificate.location: holds a certificate of CN=full that expired");
        Refuses([("sasl.username", "full"), ("sasl.password", Wrong)], "is never used, security.protocol is plaintext");
        Refuses([("security.protocol", "sasl_ssl")], "sasl.mechanism: is required");
        Refuses([("security.protocol", "sasl_ssl"), ("sasl.mechanism", "PLAIN"),
            ("sasl.username", "u")], "sasl.password: is required with PLAIN");
        Refuses([("security.protocol", "sasl_ssl"),
            ("sasl.mechanism", "OAUTHBEARER")], "OAUTHBEARER needs a source of tokens");
        Refuses([("security.protocol", "tls")], "security.protocol: 'tls' must be one of");
    }

    private (string Name, string Value)[] Tls(params (string Name, string Value)[] also) =>
        Merged([("security.protocol", "ssl"), ("ssl.ca.location", broker.CaFile)], also);

    private (string Name, string Value)[] Sasl(params (string Name, string Value)[] also) => Merged(
        [("security.protocol", "sasl_ssl"), ("ssl.ca.location", broker.CaFile), ("sasl.mechanism", "SCRAM-SHA-512"),
         ("sasl.username", SecureBroker.FullUser), ("sasl.password", SecureBroker.Password)], also);

    private (string Name, string Value)[] Oidc(string url, string secret) =>
        Tls(("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER"),
        ("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.client.id", "worker"),
        ("sasl.oauthbearer.client.secret", secret), ("sasl.oauthbearer.token.endpoint.url", url));

    private static (string Name, string Value)[] Merged(
        (string Name, string Value)[] first, (string Name, string Value)[] over) =>
        [.. first.Where(s => !over.Any(o => o.Name == s.Name)), .. over];

    private static void Reach(string servers, (string Name, string Value)[] client)
    {
        var options = Options(servers, client);
        Assert.Empty(KafkaOptionsValidator.Problems(options));
        using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
        admin.Reach();
    }

    private static KafkaOptions Options(string servers, IEnumerable<(string Name, string Value)> client)
    {
        var options = new KafkaOptions { BootstrapServers = servers };
        foreach (var (name, value) in client)
            options.Client[name] = value;
        return options;
    }

    private static void Refuses((string Name, string Value)[] client, string because)
    {
        var problems = string.Join('\n', KafkaOptionsValidator.Problems(Options("b:1", client)));
        Assert.Contains(because, problems, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", problems, StringComparison.Ordinal);
    }

    /// <summary>It says what is wrong in a few lines, without secrets.</summary>
    private static void Said(WorkerProcess worker, string[] says)
    {
        var all = worker.Output + worker.Errors;
        foreach (var text in says)
            Assert.Contains(text, all, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", all, StringComparison.Ordinal);
        Assert.InRange(all.Split('\n').Length, 1, 12);
    }

    private WorkerProcess Run(string servers, IEnumerable<(string Name, string Value)> client) => WorkerProcess.Start(
        client.ToDictionary(setting => $"Kafka__Client__{setting.Name}", setting => setting.Value),
        "run", $"--Kafka:BootstrapServers={servers}", $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu",
        "--Encoder:Threads=1", "--Health:Port=0");
}
