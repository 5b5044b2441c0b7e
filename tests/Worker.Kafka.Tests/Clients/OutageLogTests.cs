using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Clients;

public sealed class OutageLogTests
{
    private const string Refused =
        "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after " +
        "0ms in state CONNECT)";
    private const string HungUp =
        "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Disconnected: connection closed by peer: receive 0 after POLLIN " +
        "(after 61234ms in state UP)";

    [Theory]
    [InlineData(Refused, "127.0.0.1:9092 (connection refused)")]
    [InlineData(HungUp, "127.0.0.1:9092 (connection broken)")]
    [InlineData("[thrd:GroupCoordinator]: GroupCoordinator: 127.0.0.1:9092: Disconnected (after 5000ms in state UP)",
        "127.0.0.1:9092 (connection broken)")]
    [InlineData("sasl_ssl://kafka-1.kafka:9093/1: 2 request(s) timed out: disconnect (after 65000ms in state UP)",
        "kafka-1.kafka:9093 (no answer)")]
    [InlineData("1/1 brokers are down", "bootstrap:1")]
    public void Brokers_and_reasons_are_named_in_our_words(string said, string text)
    {
        var away = new AwayBrokers();
        away.Note(said, WireFault.Of(ErrorCode.NoError, said), isFirstContact: false);
        Assert.Equal(text, away.Text("bootstrap:1"));
    }

    [Fact]
    public void That_a_listener_may_want_TLS_is_said_only_where_no_broker_ever_served()
    {
        foreach (var first in (bool[])[true, false])
        {
            var away = new AwayBrokers();
            away.Note(HungUp, WireFault.Of(ErrorCode.NoError, HungUp), first);
            Assert.Equal(first, away.Text("").Contains("TLS", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_a_broker_refuses_is_said_with_what_to_do_and_is_new_once()
    {
        const string refused =
            "sasl_ssl://b:9093/1: SASL authentication error: Authentication failed (after 300ms in state AUTH_REQ)";
        var away = new AwayBrokers();
        Assert.False(away.Note(HungUp, WireFault.Of(ErrorCode.NoError, HungUp), isFirstContact: false));
        Assert.True(away.Note(refused, WireFault.Of(ErrorCode.NoError, refused), isFirstContact: false));
        Assert.False(away.Note(refused, WireFault.Of(ErrorCode.NoError, refused), isFirstContact: false));
        Assert.Contains(
            "the broker refuses this worker's credentials: check the user", away.Text(""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_the_worker_wait_until_it_is_known_whether_it_is_an_outage()
    {
        using var log = new ListLogger();
        var worker = log.CreateLogger("worker");
        using var outages = new OutageLog(new KafkaOptions { BootstrapServers = "b:1" }, log, TimeProvider.System);
        void Say(string text) => outages.Say(LogLevel.Warning, level => worker.Log(level, "{Text}", text));
        Say("before");
        Assert.Equal("worker Warning before", Assert.Single(log.Lines));

        outages.Fault(Refused, null);
        Say("at first");
        Assert.Single(log.Lines);
        outages.Works(byReader: true);
        await Until(() => log.Lines.Count == 2, "the line that waited");
        Assert.Equal("worker Warning at first", log.Lines.Last());

        outages.Fault(Refused, null);
        Say("of the outage");
        await Until(
            () => log.Lines.Any(line =>
                line.Contains("has not served this worker since", StringComparison.Ordinal)), "the warning");
        Say("later");
        outages.HeldBack();
        outages.Works(byReader: true);
        await Until(() => !outages.IsOn, "the end");
        Assert.Equal(["worker Debug of the outage", "worker Debug later"],
            log.Lines.Where(line => line.StartsWith("worker ", StringComparison.Ordinal)).Skip(2));
        Assert.Contains("1 lines of the client library were held back", log.Lines.Last(), StringComparison.Ordinal);
        Say("after");
        Assert.Equal("worker Warning after", log.Lines.Last());
    }

    [Fact]
    public void The_client_library_speaks_in_Debug_alone()
    {
        using var log = new ListLogger();
        var options = new KafkaOptions { BootstrapServers = "b:1" };
        using var outages = new OutageLog(options, log, TimeProvider.System);
        var client = new KafkaClients(options, log, TimeProvider.System, outages).Log("Producer");
        client.Write(new LogMessage("rdkafka", SyslogLevel.Error, "FAIL", Refused));
        client.Write(new LogMessage("rdkafka", SyslogLevel.Warning, "CONFWARN", "a setting is odd"));
        client.Write(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        Assert.All(
            log.Lines, line =>
                Assert.StartsWith("Worker.Kafka.Client.Producer Debug ", line, StringComparison.Ordinal));
        Assert.True(outages.IsOn);
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"not within 20 s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
