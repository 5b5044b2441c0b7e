using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Tests.Support;
using Worker.Testing;

namespace Worker.Kafka.Tests.Reading;

/// <summary>Workers with Kafka:GroupInstanceId on a real broker, both protocols.</summary>
public sealed class StaticMembershipTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(GroupMembership.Classic)]
    [InlineData(GroupMembership.Consumer)]
    public async Task A_static_member_that_comes_back_in_time_gets_its_partitions_and_disturbs_nobody(GroupMembership protocol)
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
            await Eventually.True(() => leaving.Reader.Assignment.Count == 2 && staying.Reader.Assignment.Count == 2, "two partitions each");
            owned = leaving.Reader.Assignment;
            rebalances = log.Lines.Count(IsRebalance);
            await leaving.StopAsync();
        }

        using var again = new ListLogger();
        using var returned = new EchoWorker(Options("returns"), loggers: again);
        stage.Feed(200, 200);
        await Eventually.True(() => returned.Reader.Assignment.Count == 2, "it has two partitions again", seconds: 8);
        Assert.Equal(owned.Order(), returned.Reader.Assignment.Order());
        await Eventually.True(() => stage.Results(400, partitions: 4, seconds: 2).Count == 400, "400 published");
        Assert.Equal(rebalances, log.Lines.Count(IsRebalance));
        // A start in good order alarms nobody.
        Assert.DoesNotContain(again.Lines, line => line.Contains(" Error ", StringComparison.Ordinal) || line.Contains(" Critical ", StringComparison.Ordinal));
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

    private static bool IsRebalance(string line) =>
        line.Contains("Assigned", StringComparison.Ordinal) || line.Contains("Handed back", StringComparison.Ordinal) || line.Contains("Lost", StringComparison.Ordinal);
}
