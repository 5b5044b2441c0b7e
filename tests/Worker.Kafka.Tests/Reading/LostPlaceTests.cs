using Confluent.Kafka;
using Worker.Kafka.Configuration;
using Worker.Kafka.Embedded;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// The group's coordinator moves just when the client asks where to read on. The client gives the partitions up, and
/// only a rebalance would make it ask again.
/// </summary>
public sealed class LostPlaceTests
{
    private const short OffsetFetch = 9;

    [Theory]
    [InlineData(ErrorCode.NotCoordinatorForGroup)]
    [InlineData(ErrorCode.GroupCoordinatorNotAvailable)]
    public async Task Partitions_that_the_client_gave_up_are_read_all_the_same(ErrorCode error)
    {
        using var broker = EmbeddedBroker.Start();
        var stage = Stage.On(broker);
        var options = stage.Options(DeliveryMode.AtLeastOnce);
        stage.Feed(0, 50);
        using (var before = new EchoWorker(options))
        {
            await Eventually.True(() => before.Published == 50, "50 published");
            await before.StopAsync();
        }
        stage.Feed(50, 50);

        broker.Fail(OffsetFetch, error);
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, loggers: log);
        await Eventually.True(() => worker.Published == 50, "50 more published", seconds: 30);
        // Neither before the group's offsets nor after them.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(50, worker.Published);
        await worker.StopAsync();
        Assert.Contains(log.Lines, line => line.Contains("is read from the group's offset", StringComparison.Ordinal));
    }
}
