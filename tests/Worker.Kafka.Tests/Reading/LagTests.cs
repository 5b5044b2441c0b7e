using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// Behind a transactional producer every partition ends with markers that no reader sees; its lag must still become 0.
/// </summary>
public sealed class LagTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task The_lag_of_an_idle_transactional_topic_becomes_0_and_never_passes_what_is_not_done(
        DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        using var upstream = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = stage.BootstrapServers,
            TransactionalId = options.GroupId + "-upstream",
        }).SetLogHandler((_, _) => { }).Build();
        upstream.InitTransactions(TimeSpan.FromSeconds(20));
        Send(0, commit: true);
        Send(1_000, commit: false);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var worker = new EchoWorker(
            options, window => window.Records.Length > 0 ? hold.Task : Task.CompletedTask);
        await Eventually.True(() => worker.Group.WindowsInFlight > 0, "a window is in flight");
        await Task.Delay(2_500, TestContext.Current.CancellationToken);
        // The ends were seen long ago, but the messages before them are not done.
        Assert.All(Offsets(), partition => Assert.True(partition.Committed <= 0));

        hold.SetResult();
        await Eventually.True(() => Offsets().TrueForAll(partition => partition.Committed == partition.End), "lag 0");
        Assert.Equal(30, worker.Published);
        // Only an aborted transaction arrives: nothing to publish, and still no lag.
        Send(2_000, commit: false);
        await Eventually.True(
            () => Offsets().TrueForAll(partition => partition.Committed == partition.End), "lag 0 again");
        await worker.StopAsync();
        Stage.AssertEachOnce(30, stage.Results(30));

        void Send(int first, bool commit)
        {
            upstream.BeginTransaction();
            for (var i = 0; i < 30; i++)
                upstream.Produce(
                    new TopicPartition(options.Topics.Messages, i % 3), new() { Value = Stage.Text($"{first + i}") });
            upstream.Flush(TestContext.Current.CancellationToken);
            if (commit)
                upstream.CommitTransaction();
            else
                upstream.AbortTransaction();
        }

        List<(long Committed, long End)> Offsets()
        {
            using var asking = new ConsumerBuilder<byte[], byte[]>(
                new ConsumerConfig { BootstrapServers = stage.BootstrapServers, GroupId = options.GroupId })
                .SetLogHandler((_, _) => { }).Build();
            var partitions = Enumerable.Range(0, 3).Select(p => new TopicPartition(options.Topics.Messages, p))
                .ToList();
            return [.. asking.Committed(partitions, TimeSpan.FromSeconds(10)).Select(committed =>
                (committed.Offset.Value,
                    asking.QueryWatermarkOffsets(committed.TopicPartition, TimeSpan.FromSeconds(10)).High.Value))];
        }
    }
}
