using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// The order of results: per source partition for messages without a key, per key for the others; with aborts,
/// time-outs and refusals.
/// </summary>
public sealed class OrderTests(KafkaBroker broker)
{
    private const int Partitions = 3;
    private const int EachPartition = 600;

    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce, 3)]
    [InlineData(DeliveryMode.ExactlyOnce, 3)]
    [InlineData(DeliveryMode.ExactlyOnce, 2)]
    public async Task Results_keep_the_order_of_their_partition_or_key(DeliveryMode mode, int resultPartitions)
    {
        var stage = Stage.Bare(broker.BootstrapServers);
        var options = stage.Options(mode);
        options.TransactionTimeoutMs = 1_500;
        options.SessionTimeoutMs = 10_000;
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
            [
                new(options.Topics.Messages, Partitions), new(options.Topics.Results, resultPartitions), new(
                    options.Topics.DeadLetters, 1),
                new(options.Topics.Review, 1)
                {
                    Settings = new Dictionary<string, string> { ["max.message.bytes"] = "2000" },
                },
            ]);
        Feed(stage);
        Run(options);

        var results = stage.Results(Partitions * EachPartition, resultPartitions);
        Assert.Equal(Partitions * EachPartition, results.Count);
        Assert.Equal(
            Partitions * EachPartition, results.Select(result => Stage.Text(result.Message.Value)).Distinct().Count());
        // A value is "source partition:number". Messages without a key must be in order within their partition, the
        // rest by key.
        foreach (var series in results.GroupBy(result =>
            result.Message.Key is { } key ? $"key {Convert.ToHexString(key)}" : $"partition {Source(result)}"))
        {
            Assert.Single(series.Select(result => result.Partition).Distinct());
            foreach (var source in series.GroupBy(Source))
            {
                var numbers = source.OrderBy(result => result.Offset.Value).Select(Number).ToArray();
                Assert.Equal(numbers.Order(), numbers);
            }
        }
        Assert.All(results.Where(result => result.Message.Key is null),
            result => Assert.Equal(Source(result) % resultPartitions, result.Partition.Value));
    }

    private static int Source(ConsumeResult<byte[], byte[]> result) =>
        int.Parse(Stage.Text(result.Message.Value).Split(':')[0]);

    private static int Number(ConsumeResult<byte[], byte[]> result) =>
        int.Parse(Stage.Text(result.Message.Value).Split(':')[1]);

    /// <summary>Of every four messages two have no key, one an empty key, one of five keys.</summary>
    private static void Feed(Stage stage)
    {
        using var producer = stage.RawProducer();
        for (var i = 0; i < EachPartition; i++)
            for (var partition = 0; partition < Partitions; partition++)
                producer.Produce(new TopicPartition(stage.Options().Topics.Messages, partition), new()
                {
                    Key = (i % 4) switch { 0 or 1 => null!, 2 => [], _ => Stage.Text($"{partition}-{i % 5}") },
                    Value = Stage.Text($"{partition}:{i}"),
                });
        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Echoes everything; the broker refuses a record of every third window, and the fifth takes too long.
    /// </summary>
    private static void Run(KafkaOptions options)
    {
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var noise = new byte[5_000];
        new Random(1).NextBytes(noise);
        var (windows, published, refused, rewound) = (0, 0, 0, 0);
        while (published < Partitions * EachPartition)
        {
            var window = reader.Read(TestContext.Current.CancellationToken)!;
            List<OutgoingRecord> records =
                [.. window.Records.Select((record, index) => EchoWorker.Echo(options, record, index))];
            windows++;
            if (windows % 3 == 0)
            {
                records.Insert(
                    records.Count / 2, new OutgoingRecord(
                        options.Topics.Review, null, (byte[])noise.Clone(), Source: 0));
                var failure = Assert.Throws<KafkaFailureException>(() => publisher.Publish(window, records, default));
                Assert.Equal(FailureAction.DeadLetter, failure.Action);
                Assert.Equal(records.Count / 2, failure.RecordIndex);
                records[failure.RecordIndex] = new OutgoingRecord(options.Topics.DeadLetters, null, null, Source: 0);
                refused++;
            }
            if (windows == 5 && options.Delivery == DeliveryMode.ExactlyOnce)
            {
                var failure = Assert.Throws<KafkaFailureException>(() =>
                    publisher.Publish(window, new SlowRecords([.. records], TimeSpan.FromSeconds(3.5)), default));
                Assert.Equal(FailureAction.Rewind, failure.Action);
                rewound++;
                continue;
            }
            if (publisher.Publish(window, records, default) != PublishOutcome.Abandoned)
                published += window.Records.Length;
        }
        Assert.True(refused > 3 && (rewound > 0 || options.Delivery == DeliveryMode.AtLeastOnce),
            $"{refused} refused, {rewound} rewound");
    }
}
