using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>At-least-once, when the broker itself refuses records of a window for their size.</summary>
public sealed class RefusedRecordTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_records_without_a_value_the_one_that_is_too_large_is_blamed(bool isNull)
    {
        var stage = Stage.Bare(broker.BootstrapServers);
        var options = stage.Options(DeliveryMode.AtLeastOnce);
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(options.Topics.Results, 1)
                {
                    Settings = new Dictionary<string, string> { ["max.message.bytes"] = "4000" },
                }]);
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(
            new ProducerConfig
            {
                BootstrapServers = broker.BootstrapServers,
                LingerMs = 0,
                BatchNumMessages = 1,
            }).Build();
        using var delivery = new WindowDelivery(
            producer, TimeSpan.FromSeconds(60), new Heartbeat("publish", TimeProvider.System));
        var noise = new byte[6_000];
        new Random(1).NextBytes(noise);
        byte[]? value = isNull ? null : [];
        OutgoingRecord[] records = [new(options.Topics.Results, [1], value), new(options.Topics.Results, noise, value),
            new(options.Topics.Results, [3], value)];
        delivery.Produce(records, null, out var handedOver, default);
        delivery.AwaitAll(default);
        Assert.True(delivery.HasFailed);
        var (error, index) = delivery.Failure(records);
        Assert.Equal((true, 1), (WindowDelivery.IsTooLarge(error.Code), index));
        Assert.Equal([1], delivery.Missing(records, handedOver).Where(i => i < handedOver));
    }

    [Fact]
    public async Task Records_refused_in_the_middle_of_a_window_double_nothing()
    {
        var stage = Stage.Bare(broker.BootstrapServers);
        var options = stage.Options(DeliveryMode.AtLeastOnce);
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
            [
                new(options.Topics.Messages, 1), new(options.Topics.DeadLetters, 1),
                new(options.Topics.Results, 1)
                {
                    Settings = new Dictionary<string, string> { ["max.message.bytes"] = "4000" },
                },
            ]);
        stage.Feed(0, 90);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var published = 0;
        HashSet<int> replaced = [];
        while (published < 90)
        {
            var window = reader.Read(TestContext.Current.CancellationToken)!;
            published += window.Records.Length;
            int[] poison = [window.Records.Length / 3, window.Records.Length / 2];
            var records = window.Records.Select((record, index) => EchoWorker.Echo(options, record, index)).ToArray();
            foreach (var index in poison)
            {
                var noise = new byte[6_000];
                new Random(index).NextBytes(noise);
                records[index] = records[index] with { Value = noise };
            }
            while (true)
            {
                try
                {
                    Assert.Equal(PublishOutcome.Committed, publisher.Publish(window, records, default));
                    break;
                }
                catch (KafkaFailureException failure) when (failure.Action == FailureAction.DeadLetter)
                {
                    Assert.Contains(failure.RecordIndex, poison);
                    var original = window.Records[failure.RecordIndex];
                    Assert.True(replaced.Add(int.Parse(Stage.Text(original.Value!))));
                    records[failure.RecordIndex] = records[failure.RecordIndex] with
                    {
                        Topic = options.Topics.DeadLetters,
                        Value = original.Value,
                    };
                }
            }
        }
        var letters = Stage.Numbers(stage.Results(replaced.Count, partitions: 1, topic: options.Topics.DeadLetters));
        Assert.Equal(replaced.Order(), letters.Order());
        var results = stage.Results(90 - replaced.Count, partitions: 1);
        Assert.Equal(Enumerable.Range(0, 90).Except(replaced), Stage.Numbers(results).Order());
    }
}
