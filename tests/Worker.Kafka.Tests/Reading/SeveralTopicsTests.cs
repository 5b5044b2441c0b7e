using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// Messages from topics by name and by pattern, on a real broker; also from one that is created while the worker runs.
/// </summary>
public sealed class SeveralTopicsTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task All_that_are_named_or_match_are_read_once_and_no_others(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        var named = options.Topics.Messages;
        options.Topics.Messages = $"{named}, ^{named}-by-.*";
        var (early, late, other) = ($"{named}-by-mail", $"{named}-by-chat", $"{named}-elsewhere");
        await Create(options, early, other);
        Feed(stage, named, 0, 200);
        Feed(stage, early, 200, 200);
        Feed(stage, other, 400, 200);
        using var worker = new EchoWorker(options);
        await Eventually.True(() => worker.Published == 400, "both topics published");

        await Create(options, late);
        Feed(stage, late, 400, 200);
        await Eventually.True(() => worker.Published == 600, "the new topic published", seconds: 40);
        Assert.Equal(
            [named, late, early], worker.Group.Assignment.Select(partition => partition.Topic).Distinct()
                .Order(StringComparer.Ordinal));
        await worker.StopAsync();
        Stage.AssertEachOnce(600, stage.Results(600));
    }

    /// <summary>With only patterns, what an earlier life left open is settled over a topic that matches.</summary>
    [Fact]
    public async Task A_worker_of_patterns_alone_is_restarted_and_goes_on()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options();
        var named = options.Topics.Messages;
        options.Topics.Messages = $"^{named}$";
        for (var life = 0; life < 2; life++)
        {
            Feed(stage, named, life * 100, 100);
            using var worker = new EchoWorker(options);
            await Eventually.True(() => worker.Published == 100, $"100 published in life {life}");
            await worker.StopAsync();
        }
        Stage.AssertEachOnce(200, stage.Results(200));
    }

    /// <summary>Nothing matches yet, so it waits, and there is nothing to settle.</summary>
    [Fact]
    public async Task A_worker_whose_pattern_matches_nothing_waits_for_a_topic()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options();
        var later = $"{options.Topics.Messages}-later";
        options.Topics.Messages = $"^{later}$";
        using var worker = new EchoWorker(options);
        await worker.Started;
        await Create(options, later);
        Feed(stage, later, 0, 50);
        await Eventually.True(() => worker.Published == 50, "50 published", seconds: 40);
        await worker.StopAsync();
        Stage.AssertEachOnce(50, stage.Results(50));
    }

    private static async Task Create(KafkaOptions options, params string[] topics)
    {
        using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync([.. topics.Select(topic => new TopicSpec(topic, 2))]);
    }

    private static void Feed(Stage stage, string topic, int first, int count)
    {
        using var producer = stage.RawProducer();
        for (var i = first; i < first + count; i++)
            producer.Produce(
                topic, new Message<byte[], byte[]> { Key = Stage.Text($"k{i % 7}"), Value = Stage.Text($"{i}") });
        producer.Flush(TestContext.Current.CancellationToken);
    }
}
