using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Reading;

/// <summary>Offsets that do not exist, under each policy, and what the log says was lost or skipped.</summary>
public sealed class OffsetTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(OffsetReset.Earliest, GroupMembership.Classic)]
    [InlineData(OffsetReset.Earliest, GroupMembership.Consumer)]
    [InlineData(OffsetReset.Latest, GroupMembership.Classic)]
    public async Task Messages_deleted_before_they_were_read_are_said_exactly_and_reading_goes_on(
        OffsetReset policy, GroupMembership protocol)
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        var options = stage.Options(protocol: protocol);
        await PublishThenDelete(stage, options);

        options.OffsetReset = policy;
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, loggers: log);
        await Eventually.True(
            () => log.Lines.Any(line =>
                line.Contains("were deleted before they were read", StringComparison.Ordinal)), "said");
        stage.Feed(300, 50);
        var expected = policy == OffsetReset.Earliest ? 150 : 50;
        await Eventually.True(() => worker.Published == expected, $"{expected} published");
        await worker.StopAsync();

        var line = Assert.Single(log.Lines, line => line.Contains("deleted", StringComparison.Ordinal));
        Assert.Contains(
            "holds offsets 200 to 300 (not included), the next to read was 100: 100 offsets (100 to 199) were deleted",
            line, StringComparison.Ordinal);
        Assert.Equal(
            policy == OffsetReset.Latest, line.Contains(
                "100 offsets that exist are skipped", StringComparison.Ordinal));
        var rest = Enumerable.Range(350 - expected, expected);
        Assert.Equal(
            Enumerable.Range(0, 100).Concat(rest), Stage.Numbers(stage.Results(100 + expected, partitions: 1)).Order());
    }

    [Fact]
    public async Task With_the_policy_to_stop_the_message_says_what_to_do()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        var options = stage.Options();
        await PublishThenDelete(stage, options);

        options.OffsetReset = OffsetReset.Stop;
        using var worker = new EchoWorker(options);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() =>
            worker.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal((KafkaFailure.OffsetOutOfRange, FailureAction.Stop), (failure.Failure, failure.Action));
        foreach (var part in (string[])["100 to 199", "--reset-offsets", options.GroupId, "Earliest", "Latest"])
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GroupMembership.Classic)]
    [InlineData(GroupMembership.Consumer)]
    public async Task A_topic_deleted_and_made_again_while_running_is_read_from_its_beginning(GroupMembership protocol)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(protocol: protocol);
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, loggers: log);
        stage.Feed(0, 300);
        await Eventually.True(() => worker.Published == 300, "300 published");

        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = stage.BootstrapServers })
            .Build())
        {
            await admin.DeleteTopicsAsync([options.Topics.Messages]);
            await Task.Delay(1_000, TestContext.Current.CancellationToken);
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = options.Topics.Messages, NumPartitions = 3, ReplicationFactor = 1 }]);
        }
        await Task.Delay(500, TestContext.Current.CancellationToken);
        stage.Feed(300, 150);
        await Eventually.True(() => worker.Published == 450, "the new topic's 150 published", seconds: 40);
        await worker.StopAsync();
        Stage.AssertEachOnce(450, stage.Results(450));
        Assert.Contains(log.Lines, line => line.Contains("recreated or cut short", StringComparison.Ordinal)
            || line.Contains("the group has no offset", StringComparison.Ordinal)
            || line.Contains("does not exist", StringComparison.Ordinal));
    }

    /// <summary>100 read and committed; 200 more come, of which the first 100 are deleted unread.</summary>
    private static async Task PublishThenDelete(Stage stage, KafkaOptions options)
    {
        stage.Feed(0, 100);
        using (var worker = new EchoWorker(options))
        {
            await Eventually.True(() => worker.Published == 100, "100 published");
            await worker.StopAsync();
        }
        stage.Feed(100, 200);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = stage.BootstrapServers })
            .Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(options.Topics.Messages, 0, 200)]);
    }
}
