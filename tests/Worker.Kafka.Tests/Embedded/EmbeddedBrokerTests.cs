using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Embedded;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Embedded;

/// <summary>The broker inside the process is enough for the demo: it needs nothing installed.</summary>
public sealed class EmbeddedBrokerTests
{
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task A_worker_runs_on_it(DeliveryMode mode)
    {
        using var broker = EmbeddedBroker.Start();
        var stage = Stage.On(broker);
        stage.Feed(0, 5_000);
        using var worker = new EchoWorker(stage.Options(mode));
        await Eventually.True(() => worker.Published == 5_000, "5,000 published");
        await worker.StopAsync();
        Stage.AssertEachOnce(5_000, stage.Results(5_000, EmbeddedBroker.PartitionsPerTopic));
    }

    [Fact]
    public void Its_topics_have_the_partitions_it_says()
    {
        using var broker = EmbeddedBroker.Start(brokers: 3);
        Assert.Equal(3, broker.BootstrapServers.Split(',').Length);
        Assert.All(
            broker.BootstrapServers.Split(','), server =>
                Assert.StartsWith("127.0.0.1:", server, StringComparison.Ordinal));
        broker.CreateTopics("here");
        using var admin = new TopicAdmin(
            Stage.Bare(broker.BootstrapServers).Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var partitions = admin.Partitions(["here", "nowhere"], TestContext.Current.CancellationToken);
        Assert.Equal(EmbeddedBroker.PartitionsPerTopic, partitions["here"]);
        Assert.Equal(0, partitions["nowhere"]);
    }

    [Fact]
    public async Task A_commit_survives_a_restart_of_the_worker()
    {
        using var broker = EmbeddedBroker.Start();
        var stage = Stage.On(broker);
        for (var life = 0; life < 2; life++)
        {
            stage.Feed(life * 300, 300);
            using var worker = new EchoWorker(stage.Options(DeliveryMode.AtLeastOnce));
            await Eventually.True(() => worker.Published == 300, "300 published");
            await worker.StopAsync();
        }
        Stage.AssertEachOnce(600, stage.Results(600, EmbeddedBroker.PartitionsPerTopic));
    }
}
