using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// Offsets in a transaction that is still open, as a killed worker leaves them. Nobody may read on before it has ended.
/// If a rebalance comes meanwhile, the client forgets that it was told so (librdkafka 2.12 to 2.16), and believes that
/// the group has none.
/// </summary>
public sealed class UndecidedOffsetTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(DeliveryMode.ExactlyOnce, GroupMembership.Classic, OffsetReset.Earliest)]
    [InlineData(DeliveryMode.ExactlyOnce, GroupMembership.Consumer, OffsetReset.Stop)]
    [InlineData(DeliveryMode.AtLeastOnce, GroupMembership.Classic, OffsetReset.Latest)]
    public async Task Rebalances_meanwhile_make_nobody_begin_elsewhere(
        DeliveryMode mode, GroupMembership protocol, OffsetReset policy)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        stage.Feed(0, 300);
        using (var before = new EchoWorker(stage.Options(mode, "before", protocol)))
        {
            await Eventually.True(() => before.Published == 300, "300 published");
            await before.StopAsync();
        }
        using var killed = OpenTransaction(stage);
        stage.Feed(300, 50);

        using var first = new EchoWorker(Options("w1"));
        await Eventually.True(() => first.Group.Assignment.Count == 3, "all assigned");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        using var second = new EchoWorker(Options("w2"));
        await Eventually.True(() => second.Group.Assignment.Count > 0 && first.Group.Assignment.Count < 3, "shared");
        await Task.Delay(3_000, TestContext.Current.CancellationToken);
        Assert.Equal(0, first.Published + second.Published);
        Assert.False(first.Ended.IsCompleted || second.Ended.IsCompleted);

        killed.AbortTransaction();
        await Eventually.True(() => first.Published + second.Published == 50, "50 published");
        await Task.WhenAll(first.StopAsync(), second.StopAsync());
        Stage.AssertEachOnce(350, stage.Results(350));

        KafkaOptions Options(string worker)
        {
            var options = stage.Options(mode, worker, protocol);
            options.OffsetReset = policy;
            return options;
        }
    }

    /// <summary>
    /// Offsets of all partitions, as a worker's last window has them, in a transaction that nobody ends.
    /// </summary>
    private static IProducer<Null, byte[]> OpenTransaction(Stage stage)
    {
        var options = stage.Options();
        var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = stage.BootstrapServers,
            TransactionalId = $"{options.GroupId}-killed",
            TransactionTimeoutMs = 120_000,
        }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(20));
        producer.BeginTransaction();
        using var outsider = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = stage.BootstrapServers, GroupId = options.GroupId })
            .SetLogHandler((_, _) => { }).Build();
        producer.SendOffsetsToTransaction(
            Enumerable.Range(0, 3).Select(
                partition =>
                    new TopicPartitionOffset(options.Topics.Messages, partition,
                    1)), outsider.ConsumerGroupMetadata, TimeSpan.FromSeconds(20));
        return producer;
    }
}
