using System.Text;
using Worker.Kafka.Clients;
using Worker.Kafka.Replaying;

namespace Worker.Kafka.Tests.Replaying;

/// <summary>A single record is read while the broker is away: a command gives up, a learner waits.</summary>
public sealed class RecordFetchTests
{
    [Fact]
    public async Task Who_may_wait_gets_the_record_once_the_broker_is_back()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new KafkaBroker();
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        var topic = stage.Options().Topics.Messages;
        stage.Feed(7, 1);
        using var log = new ListLogger();
        using var fetch = new RecordFetch(stage.Options(), log, TimeProvider.System)
        {
            Patience = TimeSpan.FromSeconds(1),
        };
        broker.Kill();
        var failure = Assert.Throws<KafkaFailureException>(() => fetch.Read(topic, 0, 0, timestampMs: null, stop));
        Assert.Contains("did not come within 1 s", failure.Message, StringComparison.Ordinal);

        var reading = Task.Factory.StartNew(
            () => fetch.WaitFor(topic, 0, 0, timestampMs: null, stop), stop, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Eventually.True(() => Says(log, "the brokers are waited for"), "it says that it waits");
        Assert.False(reading.IsCompleted);
        broker.Start();
        Assert.Equal("7", Encoding.UTF8.GetString((await reading)!.Value!));
        Assert.True(Says(log, "reading goes on"));
        // What is gone is not waited for.
        Assert.Null(fetch.WaitFor(topic, 0, 1000, timestampMs: null, stop));
        Assert.Null(fetch.WaitFor($"{topic}-none", 0, 0, timestampMs: null, stop));
    }

    private static bool Says(ListLogger log, string what) =>
        log.Lines.Any(line => line.Contains(what, StringComparison.Ordinal));
}
