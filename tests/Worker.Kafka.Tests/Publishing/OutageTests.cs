using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Worker.Kafka.Configuration;
using Worker.Kafka.Tests.Support;
using Worker.Testing;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>The broker goes, hangs or takes no writes in the middle, for longer than every limit of ours. The oracle is sets.</summary>
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
        // Not counted by the worker: what was committed without its hearing of it is not published again.
        var results = stage.Results(1_200, seconds: 90);
        Assert.True(results.Count >= 1_200, $"{results.Count} results, {worker.Published} published, {worker.Rewinds} rewinds, {worker.Reader.State}; {worker.ReadingFailure}; the log:\n{string.Join('\n', log.Lines.TakeLast(40))}");
        await worker.StopAsync();
        if (mode == DeliveryMode.ExactlyOnce)
            Stage.AssertEachOnce(1_200, results);
        else
            Assert.Equal(Enumerable.Range(0, 1_200), Stage.Numbers(results).Distinct().Order());
        // Not a line a try.
        Assert.InRange(log.Lines.Count(line => !line.Contains("Debug", StringComparison.Ordinal)), 1, 80);
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
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = stage.BootstrapServers }).Build();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [new ConfigEntry { Name = "min.insync.replicas", Value = replicas, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }
}
