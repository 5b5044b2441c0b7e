using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// The broker goes, hangs or takes no writes in the middle, for longer than all our limits. Messages are compared as
/// sets.
/// </summary>
public sealed class OutageTests
{
    [Theory]
    [InlineData(DeliveryMode.ExactlyOnce, "killed")]
    [InlineData(DeliveryMode.ExactlyOnce, "hanging")]
    [InlineData(DeliveryMode.ExactlyOnce, "full")]
    [InlineData(DeliveryMode.AtLeastOnce, "killed")]
    [InlineData(DeliveryMode.AtLeastOnce, "full")]
    public async Task A_worker_outlives_a_broker_that_is(DeliveryMode mode, string fault)
    {
        using var broker = new KafkaBroker();
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        options.TransactionTimeoutMs = 2_000;
        options.TransactionGiveUpMs = 3_000;
        options.DeliveryTimeoutMs = 2_000;
        options.SessionTimeoutMs = 6_000;
        using var log = new ListLogger();
        stage.Feed(0, 1_000);
        using var worker = new EchoWorker(options, _ => Task.Delay(20), log, maxMessages: 20);
        await Eventually.True(() => worker.Published > 200, "it has begun");

        await Break(broker, stage, fault, options.Topics.Results);
        await Task.Delay(7_000, TestContext.Current.CancellationToken);
        Assert.False(worker.Ended.IsCompleted, $"it ended: {worker.Ended.Exception?.InnerException?.Message}");
        await Mend(broker, stage, fault, options.Topics.Results);

        stage.Feed(1_000, 200);
        await AllIsOut(mode, 1_200, stage, worker, log);
    }

    [Theory]
    [InlineData(DeliveryMode.ExactlyOnce)]
    [InlineData(DeliveryMode.AtLeastOnce)]
    public async Task A_worker_outlives_a_broker_whose_disk_is_full(DeliveryMode mode)
    {
        const int Rounds = 5;
        for (var round = 1; !await OutlivesFullDisk(mode); round++)
            Assert.True(
                round < Rounds,
                $"in {Rounds} rounds Kafka was left with a log of its groups that it cannot load itself");
    }

    /// <summary>
    /// False if the broker cannot load its groups afterwards ("New last written offset ... must be greater", Kafka 4.3:
    /// a batch that met the full disk is in the log twice), and no worker could go on.
    /// </summary>
    private static async Task<bool> OutlivesFullDisk(DeliveryMode mode)
    {
        using var disk = new SmallDisk(megabytes: 96);
        using var broker = new KafkaBroker { DataFolder = disk.Folder };
        var stage = await Stage.On(broker.BootstrapServers);
        using var log = new ListLogger();
        stage.Feed(0, 1_000);
        using var worker = new EchoWorker(stage.Options(mode), _ => Task.Delay(20), log, maxMessages: 20);
        await Eventually.True(() => worker.Published > 200, "it has begun");

        // A broker ends by itself once none of its disks takes a write.
        disk.Fill();
        Assert.True(broker.Dies(TimeSpan.FromSeconds(60)), "Kafka lives on without a disk");
        await Task.Delay(5_000, TestContext.Current.CancellationToken);
        Assert.False(worker.Ended.IsCompleted, $"it ended: {worker.Ended.Exception?.InnerException?.Message}");
        disk.Free();
        broker.Start();
        if (!await stage.HasGroup(TimeSpan.FromSeconds(30)))
            return false;

        stage.Feed(1_000, 200);
        await AllIsOut(mode, 1_200, stage, worker, log);
        return true;
    }

    /// <summary>Longer than every time limit, with a user's limits. WORKER_OUTAGE_SECONDS makes it longer.</summary>
    [Fact]
    public async Task Workers_outlive_an_outage_of_minutes()
    {
        var outage = TimeSpan.FromSeconds(
            int.Parse(
                Environment.GetEnvironmentVariable("WORKER_OUTAGE_SECONDS") ?? "130", CultureInfo.InvariantCulture));
        using var broker = new KafkaBroker();
        // Several, because not every one is caught in the middle of a commit.
        var modes = new[]
        {
            DeliveryMode.ExactlyOnce, DeliveryMode.ExactlyOnce, DeliveryMode.ExactlyOnce, DeliveryMode.AtLeastOnce,
        };
        var stages = await Task.WhenAll(modes.Select(_ => Stage.On(broker.BootstrapServers)));
        var logs = modes.Select(_ => new ListLogger()).ToArray();
        foreach (var stage in stages)
            stage.Feed(0, 1_000);
        var workers = stages.Select((stage, i) =>
            new EchoWorker(stage.Options(modes[i]), _ => Task.Delay(20), logs[i], maxMessages: 20)).ToArray();
        foreach (var worker in workers)
            await Eventually.True(() => worker.Published > 200, "it has begun");

        broker.Kill();
        await Task.Delay(outage, TestContext.Current.CancellationToken);
        foreach (var worker in workers)
        {
            Assert.False(worker.Ended.IsCompleted, $"it ended: {worker.Ended.Exception?.InnerException?.Message}");
            // No restart would help.
            Assert.Null(worker.StuckIn(TimeSpan.FromSeconds(20)));
        }
        broker.Start();
        for (var i = 0; i < modes.Length; i++)
        {
            stages[i].Feed(1_000, 200);
            // Each kind of problem is logged again about every half minute, with its count.
            await AllIsOut(modes[i], 1_200, stages[i], workers[i], logs[i], lines: 80 + (int)outage.TotalSeconds / 2);
            workers[i].Dispose();
            logs[i].Dispose();
        }
    }

    private static async Task AllIsOut(
        DeliveryMode mode, int messages, Stage stage, EchoWorker worker, ListLogger log, int lines = 80)
    {
        // Not by the worker's count, because windows that were committed without its knowledge are not published again.
        var results = stage.Results(messages, seconds: 90);
        Assert.True(
            results.Count >= messages,
            $"{results.Count} results, {worker.Published} published, {worker.Rewinds} rewinds, " +
            $"{worker.Reader.State}; {worker.ReadingFailure}; the log:\n{string.Join('\n', log.Lines.TakeLast(40))}");
        await worker.StopAsync();
        if (mode == DeliveryMode.ExactlyOnce)
            Stage.AssertEachOnce(messages, results);
        else
            Assert.Equal(Enumerable.Range(0, messages), Stage.Numbers(results).Distinct().Order());
        // Not one line per try.
        Assert.InRange(log.Lines.Count(line => line.Split(' ')[1] != "Debug"), 1, lines);
    }

    private static async Task Break(KafkaBroker broker, Stage stage, string fault, string topic)
    {
        if (fault == "killed")
            broker.Kill();
        else if (fault == "hanging")
            broker.Pause();
        else
            // As when the disks of the other replicas are full: the leader refuses writes (NotEnoughReplicas).
            await MinInSync(stage, topic, "2");
    }

    private static async Task Mend(KafkaBroker broker, Stage stage, string fault, string topic)
    {
        if (fault == "killed")
            broker.Start();
        else if (fault == "hanging")
            broker.Resume();
        else
            await MinInSync(stage, topic, "1");
    }

    private static async Task MinInSync(Stage stage, string topic, string replicas)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = stage.BootstrapServers })
            .Build();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = [new ConfigEntry
            {
                Name = "min.insync.replicas",
                Value = replicas,
                IncrementalOperation = AlterConfigOpType.Set,
            }],
        });
    }
}
