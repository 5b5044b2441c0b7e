using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// Partitions coming and going while windows are in flight, and slow stages behind the reader; on a real broker.
/// </summary>
public sealed class RebalanceTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task Workers_joining_and_leaving_lose_and_double_nothing(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 6);
        var fed = 0;
        List<EchoWorker> workers = [Slow("w1")];
        await WhileFed(() => Published() > 200, "the first has begun");
        workers.Add(Slow("w2"));
        await WhileFed(() => workers[1].Published > 200, "the second has joined");
        workers.Add(Slow("w3"));
        await WhileFed(() => workers[2].Published > 100, "the third has joined");
        await workers[0].StopAsync();
        await Eventually.True(() => Published() >= fed, "all published", seconds: 40);
        await workers[1].StopAsync();
        await workers[2].StopAsync();

        // No crash and no timeout: even at-least-once doubles nothing if revoked windows are drained.
        Stage.AssertEachOnce(fed, stage.Results(fed, partitions: 6));
        workers.ForEach(worker => worker.Dispose());

        // There is work left for a worker, however long it takes to join.
        Task WhileFed(Func<bool> condition, string what) => Eventually.True(
            () =>
            {
                if (fed - Published() < 1_000)
                {
                    stage.Feed(fed, 1_000, keys: 101);
                    fed += 1_000;
                }
                return condition();
            },
            what);

        int Published() => workers.Sum(worker => worker.Published);
        EchoWorker Slow(string name)
        {
            return new EchoWorker(stage.Options(mode, name), _ => Task.Delay(40), maxMessages: 20);
        }
    }

    [Theory]
    [InlineData(DeliveryMode.ExactlyOnce, GroupMembership.Classic)]
    [InlineData(DeliveryMode.ExactlyOnce, GroupMembership.Consumer)]
    [InlineData(DeliveryMode.AtLeastOnce, GroupMembership.Classic)]
    public async Task After_an_orderly_stop_the_others_read_on_without_asking_for_offsets(
        DeliveryMode mode, GroupMembership protocol)
    {
        const int Stops = 5;
        var stage = await Stage.On(broker.BootstrapServers, partitions: 6);
        using var log = new ListLogger();
        using var staying = new EchoWorker(stage.Options(mode, "staying", protocol), loggers: log);
        var (fed, published) = (0, 0);
        for (var stop = 0; stop < Stops; stop++)
        {
            using var leaving = new EchoWorker(stage.Options(mode, $"leaving-{stop}", protocol));
            await WhileFed(() => leaving.Published > 100, $"worker {stop} has partitions", () => leaving.Published);
            await leaving.StopAsync();
            published += leaving.Published;
            var before = staying.Published;
            await WhileFed(() => staying.Group.Assignment.Count == 6 && staying.Published > before + 100,
                "the other has all partitions", () => 0);
        }
        await Eventually.True(() => published + staying.Published == fed, "all published");
        await staying.StopAsync();

        Stage.AssertEachOnce(fed, stage.Results(fed, partitions: 6));
        Assert.DoesNotContain(log.Lines, line => line.Contains("waiting", StringComparison.Ordinal));

        Task WhileFed(Func<bool> condition, string what, Func<int> leaving) => Eventually.True(
            () =>
            {
                if (fed - published - staying.Published - leaving() < 500)
                {
                    stage.Feed(fed, 500, keys: 101);
                    fed += 500;
                }
                return condition();
            },
            what);
    }

    [Fact]
    public async Task Windows_not_drained_in_time_are_abandoned_and_done_by_the_next_owner()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 4);
        stage.Feed(0, 800);
        var options = stage.Options(worker: "stuck");
        options.RevokeDrainMs = 200;
        options.PauseAfterMs = 200;
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stuck = new EchoWorker(options, _ => hold.Task);
        await Eventually.True(() => stuck.Group.WindowsInFlight > 0, "a window is in flight");

        using var other = new EchoWorker(stage.Options(worker: "other"));
        await Eventually.True(() => other.Published > 0, "the other has taken over partitions");
        hold.SetResult();
        await Eventually.True(() => stuck.Published + other.Published == 800, "all published");
        await stuck.StopAsync();
        await other.StopAsync();
        Stage.AssertEachOnce(800, stage.Results(800, partitions: 4));
    }

    [Fact]
    public async Task A_worker_whose_stage_fails_in_the_middle_of_a_revoke_ends_at_once()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 4);
        stage.Feed(0, 800);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var failing = new EchoWorker(stage.Options(worker: "failing"), _ => hold.Task);
        await Eventually.True(() => failing.Group.WindowsInFlight > 0, "a window is in flight");
        using var other = new EchoWorker(stage.Options(worker: "other"));
        await other.Started;
        await Task.Delay(2_000, TestContext.Current.CancellationToken);
        Assert.Equal(0, other.Published);

        hold.SetException(new InvalidDataException("a stage failed"));
        // A revoke waits for 20 s, but not once nothing is published any more.
        await Assert.ThrowsAsync<InvalidDataException>(() => failing.Ended.WaitAsync(TimeSpan.FromSeconds(10)));
        failing.Group.Close();
        await Eventually.True(() => other.Published == 800, "the other has done all");
        await other.StopAsync();
        Stage.AssertEachOnce(800, stage.Results(800, partitions: 4));
    }

    [Theory]
    [InlineData(GroupMembership.Classic, DeliveryMode.ExactlyOnce)]
    [InlineData(GroupMembership.Consumer, DeliveryMode.ExactlyOnce)]
    [InlineData(GroupMembership.Consumer, DeliveryMode.AtLeastOnce)]
    public async Task A_stage_slower_than_the_poll_interval_keeps_its_partitions(
        GroupMembership protocol, DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode, protocol: protocol);
        options.Consumer["max.poll.interval.ms"] = "2500";
        options.PauseAfterMs = 300;
        stage.Feed(0, 300);
        using var log = new ListLogger();
        var slowOnes = 1;
        using var worker = new EchoWorker(
            options, _ =>
                Interlocked.Decrement(ref slowOnes) >= 0
                    ? Task.Delay(4_000)
                    : Task.CompletedTask, log, maxMessages: 20);
        await Eventually.True(() => worker.Published == 300, "all published", seconds: 30);
        await worker.StopAsync();

        Assert.Equal(0, worker.Rewinds);
        Assert.Contains(log.Lines, line => line.Contains("partitions are paused", StringComparison.Ordinal));
        Assert.DoesNotContain(
            log.Lines, line =>
                line.Contains("Lost", StringComparison.Ordinal) || line.Contains("MAXPOLL", StringComparison.Ordinal));
        Stage.AssertEachOnce(300, stage.Results(300));
    }

    [Fact]
    public async Task A_window_takes_what_is_there_up_to_its_limits_and_no_longer_waits()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        var options = stage.Options();
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, new WindowLimits(64, 1_024));
        stage.Feed(0, 1);
        var lone = reader.Read(TestContext.Current.CancellationToken)!;
        Assert.Single(lone.Records);
        Assert.Equal(new OffsetRange(options.Topics.Messages, 0, 0, 1), Assert.Single(lone.Ranges));

        stage.Feed(1, 500);
        await Eventually.True(() => Waiting(reader), "messages have been fetched");
        var next = 1;
        while (next < 501)
        {
            var window = reader.Read(TestContext.Current.CancellationToken)!;
            Assert.InRange(window.Records.Length, 1, 64);
            Assert.InRange(window.Bytes, 1, 1_024 + 20);
            foreach (var record in window.Records)
                Assert.Equal($"{next++}", Stage.Text(record.Value!));
        }
    }

    [Fact]
    public async Task Reading_ends_at_once_when_told_to_stop()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        using var group = new GroupSession(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var patience = Stopwatch.StartNew();
        Assert.Null(reader.Read(stop.Token));
        Assert.InRange(patience.Elapsed.TotalSeconds, 0.2, 5);
    }

    private static bool Waiting(WindowReader reader)
    {
        reader.GatherUntil(Task.Delay(50), TestContext.Current.CancellationToken);
        return reader.HasGathered;
    }
}
