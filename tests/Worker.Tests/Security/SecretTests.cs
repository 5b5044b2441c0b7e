using Microsoft.Extensions.Configuration;
using Worker.Kafka.Configuration;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Tests.Security;

/// <summary>Where secrets come from, and where they never go.</summary>
public class SecretTests
{
    private static readonly string[] Sections = ["Kafka"];

    [Theory]
    [InlineData("run", "--Kafka:Client:sasl.password=planted")]
    [InlineData("run", "--kafka:client:SASL.PASSWORD", "planted")]
    [InlineData("run", "planted", "--Kafka:Client:sasl.password")]
    [InlineData("run", "--", "Kafka:Client:ssl.key.pem=planted")]
    [InlineData("doctor", "/Kafka:Producer:sasl_oauthbearer_client_secret=planted")]
    [InlineData("heads", "publish", "--Kafka:Client:ssl.key.password=planted")]
    [InlineData("run", "--Kafka:HeadsSigningKey=planted")]
    [InlineData("heads", "sign", "--kafka:headsSigningKey", "planted")]
    public void On_the_command_line_they_are_refused_and_not_repeated(params string[] arguments)
    {
        var (code, output, errors) = WorkerProcess.Run("", arguments);
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Contains("does not belong on the command line", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_may_come_from_a_file_and_its_name_have_underscores()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("password"), " p w \r\n");
        File.WriteAllText(folder.File("brokers"), "b:1");
        var read = SecretFiles.Resolve(
            Settings(("Kafka:Client:sasl_password_FILE", folder.File("password")),
                ("Kafka:BootstrapServers_FILE", folder.File("brokers")),
                ("Kafka:Client:security_protocol", "sasl_ssl"), ("SSL_CERT_FILE", "/not/looked/at")),
            Sections);
        var options = read.GetRequiredSection("Kafka").Get<KafkaOptions>()!;
        Assert.Equal(" p w ", options.Client["sasl.password"]);
        Assert.Equal("sasl_ssl", options.Client["security.protocol"]);
        Assert.Equal("b:1", options.BootstrapServers);
        Assert.Equal(2, options.Client.Count);
    }

    [Fact]
    public void A_file_that_gives_no_value_is_refused_by_name()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("empty"), "\n");
        var error = Assert.Throws<UserError>(() => SecretFiles.Resolve(
            Settings(("Kafka:Client:a_FILE", "/nowhere"), ("Kafka:Client:b_FILE", folder.File("empty")),
                ("Kafka:Client:c_FILE", folder.Path), ("Kafka:Client:d.e", "1"), ("Kafka:Client:d_e", "2")),
            Sections));
        Assert.Equal(ExitCode.Configuration, error.Code);
        foreach (var text in new[]
        {
            "a_FILE: /nowhere is not there", "b_FILE: ", "is empty", "c_FILE: the file cannot be read",
            "are the same setting",
        })
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sasl.password", true)]
    [InlineData("ssl.key.pem", true)]
    [InlineData("sasl.oauthbearer.client.secret", true)]
    [InlineData("ssl.keystore.location", false)]
    [InlineData("sasl.username", false)]
    [InlineData("ssl.certificate.pem", false)]
    public void Secret_properties_are_known(string property, bool secret) =>
        Assert.Equal(secret, ClientSecrets.IsSecret(property));

    [Fact]
    public void Values_lines_of_keys_and_users_in_urls_are_masked()
    {
        var options = new KafkaOptions();
        options.HeadsSigningKey = "a-signing-key-of-forty-letters-or-so-1\na-signing-key-of-forty-letters-or-so-2";
        options.Client["sasl.password"] = "planted";
        options.Client["ssl.key.pem"] =
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----";
        var secrets = new ClientSecrets(options);
        Assert.Equal("refused *** at https://***@login/token",
            secrets.Redact("refused planted at https://user:word@login/token"));
        Assert.Equal("keys ***, ***", secrets.Redact(
            "keys a-signing-key-of-forty-letters-or-so-1, a-signing-key-of-forty-letters-or-so-2"));
        Assert.Equal("line *** is no key", secrets.Redact("line MIIEvQIBADANBgkqhkiG9w0 is no key"));
    }

    [Fact]
    public void A_value_that_the_client_library_refuses_is_not_repeated()
    {
        using var folder = Repository.Temporary();
        Directory.CreateDirectory(folder.File("bundle"));
        File.WriteAllText(
            folder.File(
                "settings.json"), """{"Kafka": {"BootstrapServers": "planted-user:planted@b:1", "Client": {"sasl.password": "planted", "security.protocol": "ssl", "ssl.key.pem": "planted"}}}""");
        var (code, output, errors) = WorkerProcess.Run(
            "", "doctor", "--config", folder.File("settings.json"), $"--Encoder:Bundle={folder.File("bundle")}");
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Contains("does not take a user or password there",
            output.Replace("\n           ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("planted", output + errors, StringComparison.Ordinal);
    }

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
