using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Clients;

public sealed class ClientLogTests
{
    [Fact]
    public void A_few_lines_of_each_kind_a_period_and_the_rest_counted()
    {
        var throttle = new LogThrottle(linesPerPeriod: 2, TimeSpan.FromSeconds(10));
        Assert.True(throttle.Admits("a", TimeSpan.FromSeconds(1), out _));
        Assert.True(throttle.Admits("a", TimeSpan.FromSeconds(2), out _));
        Assert.False(throttle.Admits("a", TimeSpan.FromSeconds(3), out _));
        Assert.False(throttle.Admits("a", TimeSpan.FromSeconds(10.9), out _));
        Assert.True(throttle.Admits("b", TimeSpan.FromSeconds(10.9), out var others));
        Assert.Equal(0, others);
        Assert.True(throttle.Admits("a", TimeSpan.FromSeconds(11), out var suppressed));
        Assert.Equal(2, suppressed);
        Assert.True(throttle.Admits("a", TimeSpan.FromSeconds(12), out suppressed));
        Assert.Equal(0, suppressed);
    }

    [Theory]
    [InlineData("sasl.password", true)]
    [InlineData("ssl.key.password", true)]
    [InlineData("ssl.keystore.password", true)]
    [InlineData("ssl.key.pem", true)]
    [InlineData("sasl.oauthbearer.client.secret", true)]
    [InlineData("sasl.oauthbearer.config", true)]
    [InlineData("sasl.username", false)]
    [InlineData("ssl.ca.location", false)]
    public void Secret_properties_are_known_by_name(string property, bool secret) =>
        Assert.Equal(secret, ClientSecrets.IsSecret(property));

    [Fact]
    public void No_secret_shows_in_the_log_however_talkative_the_client_is()
    {
        var options = Secretive();
        options.Client["debug"] = "all";
        using var log = new ListLogger();
        using (var group = new GroupSession(options, log, TimeProvider.System))
        {
            var reader = new WindowReader(group, Stage.Limits);
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            Assert.Null(reader.Read(stop.Token));
        }
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void No_secret_shows_in_the_error_about_refused_settings()
    {
        var options = Secretive();
        options.Client["ssl.endpoint.identification.algorithm"] = "hunter2-secret";
        var failure = Assert.Throws<KafkaFailureException>(
            () => new GroupSession(options, new ListLogger(), TimeProvider.System));
        Assert.Equal((KafkaFailure.Configuration, FailureAction.Stop), (failure.Failure, failure.Action));
        Assert.Contains("ssl.endpoint.identification.algorithm", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeating_error_is_written_three_times_and_then_counted()
    {
        using var log = new ListLogger();
        var clients = new KafkaClients(Secretive(), log, TimeProvider.System);
        var client = clients.Log("Test");
        for (var i = 0; i < 100; i++)
            client.Write(new Error(ErrorCode.Local_Transport, "no hunter2-secret here"));
        Assert.Equal(3, log.Lines.Count);
        Assert.All(
            log.Lines, line => Assert.Equal("Worker.Kafka.Client.Test Warning Local_Transport: no *** here", line));
    }

    private static KafkaOptions Secretive()
    {
        // Nobody listens on port 1.
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
        options.Client["security.protocol"] = "sasl_plaintext";
        options.Client["sasl.mechanism"] = "PLAIN";
        options.Client["sasl.username"] = "worker";
        options.Client["sasl.password"] = "hunter2-secret";
        return options;
    }
}
