using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// A fresh producer finishes the window of the last one while the reader, on its own thread, has long gone back to read
/// it again.
/// </summary>
public sealed class FinishedWindowTests(KafkaBroker broker)
{
    [Fact]
    public async Task What_was_read_before_the_window_was_finished_is_not_published()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        stage.Feed(0, 50);
        var options = stage.Options();
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        var window = reader.Read(TestContext.Current.CancellationToken)!;
        using var publisher = new FinishingPublisher(group, () => CommitOffset(stage, window.Ranges[0].Next));
        var publishing = Task.Run(() => publisher.Publish(window, [], default));
        await publisher.Recovering.Task;

        // The group has no offsets yet, so the same messages come again.
        var again = reader.Read(TestContext.Current.CancellationToken)!;
        Assert.Equal(0, again.Ranges[0].First);
        publisher.MayFinish.SetResult();
        await Assert.ThrowsAsync<KafkaFailureException>(() => publishing);

        Assert.Equal(PublishOutcome.Abandoned, publisher.Publish(again, [], default));
        stage.Feed(50, 10);
        Assert.Equal(window.Ranges[0].Next, reader.Read(TestContext.Current.CancellationToken)!.Ranges[0].First);
    }

    private static void CommitOffset(Stage stage, long offset)
    {
        var options = stage.Options(worker: "finishing");
        var clients = new KafkaClients(options, NullLoggerFactory.Instance, TimeProvider.System);
        using var producer = clients.Producer(ClientConfigs.TransactionalProducer(options), clients.Log("Producer"));
        using var outsider = clients.Consumer(ClientConfigs.Outsider(options), clients.Log("Consumer"));
        producer.InitTransactions(TimeSpan.FromSeconds(20));
        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(options.Topics.Messages, 0, offset)],
            outsider.ConsumerGroupMetadata, TimeSpan.FromSeconds(20));
        producer.CommitTransaction();
    }

    /// <summary>
    /// Its producer ends with the first window; the next one finishes that window when it is told to.
    /// </summary>
    private sealed class FinishingPublisher(GroupSession group, Action finish)
        : WindowPublisher(group)
    {
        private bool hasEnded;

        public TaskCompletionSource Recovering { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayFinish { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Start(CancellationToken stop)
        {
        }

        private protected override void Prepare(CancellationToken stop)
        {
            if (!hasEnded)
                return;
            Recovering.TrySetResult();
            MayFinish.Task.Wait(stop);
            finish();
        }

        private protected override PublishOutcome PublishBegun(
            SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
        {
            hasEnded = true;
            throw new KafkaFailureException(KafkaFailure.ProducerBroken, "the commit was not answered");
        }
    }
}
