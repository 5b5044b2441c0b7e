using Confluent.Kafka;
using Worker.Kafka.Tests.Support;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// The group's coordinator moves just when the client asks where to read on: the client gives the partitions up, and
/// nothing but a rebalance would make it ask again.
/// </summary>
public sealed class LostPlaceTests
{
    private const short OffsetFetch = 9;

    [Theory]
    [InlineData(ErrorCode.NotCoordinatorForGroup)]
    [InlineData(ErrorCode.GroupCoordinatorNotAvailable)]
    public async Task Partitions_that_the_client_gave_up_are_read_all_the_same(ErrorCode error)
    {
        using var broker = new FailingBroker();
        Feed(broker, 0, 50);
        using (var before = new EchoWorker(broker.Options))
        {
            await Eventually.True(() => before.Published == 50, "50 published");
            await before.StopAsync();
        }
        Feed(broker, 50, 50);

        broker.Fail(OffsetFetch, error);
        using var log = new ListLogger();
        using var worker = new EchoWorker(broker.Options, loggers: log);
        await Eventually.True(() => worker.Published == 50, "50 more published", seconds: 30);
        // Neither before the group's offsets nor behind them.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(50, worker.Published);
        await worker.StopAsync();
        Assert.Contains(log.Lines, line => line.Contains("is read from the group's offset", StringComparison.Ordinal));
    }

    private static void Feed(FailingBroker broker, int first, int count)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.Options.BootstrapServers })
            .SetLogHandler((_, _) => { }).Build();
        for (var i = first; i < first + count; i++)
            producer.Produce(broker.Options.Topics.Messages, new() { Key = Stage.Text($"k{i % 17}"), Value = Stage.Text($"{i}") });
        producer.Flush(TestContext.Current.CancellationToken);
    }
}
