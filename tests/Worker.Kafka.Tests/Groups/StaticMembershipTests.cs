using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Groups;

/// <summary>Workers with Kafka:GroupInstanceId on a real broker, both protocols.</summary>
public sealed class StaticMembershipTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(GroupMembership.Classic)]
    [InlineData(GroupMembership.Consumer)]
    public async Task A_static_member_that_comes_back_in_time_gets_its_partitions_and_disturbs_nobody(
        GroupMembership protocol)
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 4);
        using var log = new ListLogger();
        using var staying = new EchoWorker(Options("stays"), loggers: log);
        var rebalances = 0;
        IReadOnlyList<(string, int)> owned = [];
        using (var leaving = new EchoWorker(Options("returns")))
        {
            stage.Feed(0, 200);
            await Eventually.True(() => staying.Published + leaving.Published == 200, "200 published");
            await Eventually.True(() => leaving.Group.Assignment.Count == 2 && staying.Group.Assignment.Count == 2,
                "two partitions each");
            owned = leaving.Group.Assignment;
            rebalances = log.Lines.Count(IsRebalance);
            await leaving.StopAsync();
        }

        using var again = new ListLogger();
        using var returned = new EchoWorker(Options("returns"), loggers: again);
        stage.Feed(200, 200);
        await Eventually.True(() => returned.Group.Assignment.Count == 2, "it has two partitions again", seconds: 8);
        Assert.Equal(owned.Order(), returned.Group.Assignment.Order());
        await Eventually.True(() => stage.Results(400, partitions: 4, seconds: 2).Count == 400, "400 published");
        Assert.Equal(rebalances, log.Lines.Count(IsRebalance));
        // A normal start logs no warning.
        Assert.DoesNotContain(
            again.Lines, line =>
                line.Contains(" Error ", StringComparison.Ordinal)
                || line.Contains(" Critical ", StringComparison.Ordinal));
        await returned.StopAsync();
        await staying.StopAsync();
        Stage.AssertEachOnce(400, stage.Results(400, partitions: 4));

        KafkaOptions Options(string worker)
        {
            var options = stage.Options(worker: worker, protocol: protocol);
            options.SessionTimeoutMs = 10_000;
            options.GroupInstanceId = worker;
            return options;
        }
    }

    [Theory]
    [InlineData(GroupMembership.Classic)]
    public async Task Of_two_workers_with_one_instance_id_one_ends_with_a_clear_message(GroupMembership protocol)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        using var first = new EchoWorker(Options("w1"));
        stage.Feed(0, 50);
        await Eventually.True(() => first.Published == 50, "50 published");
        using var second = new EchoWorker(Options("w2"));
        await Eventually.True(() => first.Ended.IsCompleted || second.Ended.IsCompleted, "one of them ended");

        var (ended, other) = first.Ended.IsCompleted ? (first, second) : (second, first);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() => ended.Ended);
        Assert.Equal((KafkaFailure.Fenced, FailureAction.Stop), (failure.Failure, failure.Action));
        Assert.Contains("Kafka:GroupInstanceId", failure.Message, StringComparison.Ordinal);
        stage.Feed(50, 50);
        await Eventually.True(() => stage.Results(100, seconds: 2).Count == 100, "the other goes on");
        await other.StopAsync();

        KafkaOptions Options(string worker)
        {
            var options = stage.Options(worker: worker, protocol: protocol);
            options.GroupInstanceId = "same";
            return options;
        }
    }

    /// <summary>
    /// As after a coordinator was away: librdkafka's heartbeat as the old member conflicts with the new one.
    /// </summary>
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task A_member_fenced_by_nobody_who_stays_joins_again(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        options.GroupInstanceId = "one";
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, _ => Task.Delay(20), log, maxMessages: 20);
        stage.Feed(0, 1_000);
        await Eventually.True(() => worker.Published >= 100, "it has begun");
        TakeTheInstanceId(options, seconds: 20);
        await Eventually.True(
            () => log.Lines.Any(line => line.Contains("joining group", StringComparison.Ordinal)), "fenced");
        stage.Feed(1_000, 100);
        await Eventually.True(() => Stage.Numbers(stage.Results(1_100, seconds: 2)).Distinct().Count() == 1_100,
            "all published", seconds: 40);
        Assert.False(worker.Ended.IsCompleted);
        await worker.StopAsync();
        var results = stage.Results(1_100);
        // At least once, messages that were published but not committed come twice.
        Stage.AssertEachOnce(
            1_100, mode == DeliveryMode.ExactlyOnce
                ? results
                : results.DistinctBy(result => Stage.Text(result.Message.Value)));
    }

    [Fact]
    public async Task A_killed_member_of_the_consumer_protocol_waits_for_the_end_of_its_last_life()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(protocol: GroupMembership.Consumer);
        options.GroupInstanceId = "one";
        TakeTheInstanceId(options, seconds: 20);
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, loggers: log);
        stage.Feed(0, 100);
        await Eventually.True(() => worker.Published == 100, "all published", seconds: 40);
        await worker.StopAsync();
        Assert.Contains(log.Lines, line => line.Contains("joining group", StringComparison.Ordinal));
        Stage.AssertEachOnce(100, stage.Results(100));
    }

    /// <summary>Joins with the worker's instance id, reads nothing, and is gone without leaving.</summary>
    private static void TakeTheInstanceId(KafkaOptions options, double seconds)
    {
        var config = ClientConfigs.GroupConsumer(options);
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        using var other = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
        other.Subscribe(options.Topics.Messages);
        var deadline = Environment.TickCount64 + (long)(seconds * 1000);
        while (other.Assignment.Count == 0)
        {
            Assert.True(Environment.TickCount64 < deadline, $"it did not join within {seconds} s");
            other.Consume(TimeSpan.FromMilliseconds(50));
        }
    }

    private static bool IsRebalance(string line) =>
        line.Contains("Assigned", StringComparison.Ordinal) || line.Contains("Handed back", StringComparison.Ordinal)
            || line.Contains("Lost", StringComparison.Ordinal);
}
