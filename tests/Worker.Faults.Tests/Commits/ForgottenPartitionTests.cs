using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Scenario;
using Worker.Kafka.Configuration;

namespace Worker.Faults.Tests.Commits;

/// <summary>
/// A commit is acknowledged, and the broker that leads one of its partitions is killed before it is told. While the
/// partition has no leader, Kafka 4.3 takes it for deleted and forgets to tell it. Its records stay hidden, and so do
/// all records after them. If that broker also keeps the group's offsets, those stay undecided, and nobody can read on.
/// Nothing more is fed, so only the worker itself can notice.
/// </summary>
[Collection(nameof(RestartedCoordinatorTests))]
public sealed class ForgottenPartitionTests(ITestOutputHelper output)
{
    private const int InternalPartitions = 4;
    private const int First = 10;
    private const int All = 60;
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "faults")]
    public async Task A_partition_that_was_not_told_of_a_commit_is_told(bool offsetsToo)
    {
        Repository.Shared("kafka", "kafka");
        var folder = Directory.CreateTempSubdirectory("worker-forgotten-").FullName;
        await ForgetIn(folder, offsetsToo);
        Directory.Delete(folder, recursive: true);
    }

    private async Task ForgetIn(string folder, bool offsetsToo)
    {
        await using var cluster = await KafkaCluster.Start(Path.Combine(folder, "kafka"),
        [
            // One copy each, so that nobody waits for the frozen broker to copy the decision.
            "offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1", "min.insync.replicas=1",
        ]);
        using var health = new ClusterHealth(cluster.BootstrapServers, () => Environment.TickCount64);
        var options = new KafkaOptions
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = "echo",
            TransactionTimeoutMs = (int)TransactionTimeout.TotalMilliseconds,
        };
        await MakeInternalTopics(options, health);
        var offsets = health.Leader("__consumer_offsets", JavaHash.Of(options.GroupId) % InternalPartitions)!.Value;
        var broken = offsetsToo ? offsets : (offsets + 1) % FaultSchedule.Brokers;
        options.TransactionalId = Enumerable.Range(1, 100).Select(i => $"echo-{i}")
            .First(id => health.Leader("__transaction_state", JavaHash.Of(id) % InternalPartitions) != broken);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = options.BootstrapServers })
            .Build())
            await admin.CreateTopicsAsync(
                [OneCopy(options.Topics.Messages, (broken + 1) % FaultSchedule.Brokers),
                    OneCopy(options.Topics.Results, broken)]);
        using var log = new ListLogger("worker");
        var gate = new CommitGate(TransactionTimeout);
        using var worker = new EchoWorker(options, loggers: log, clock: gate);
        Feed(options, 0, First);
        Assert.Equal(First, Results(options, First).Count);

        // 1. The records are there, the commit is acknowledged, and the partition's leader hears nothing.
        using var frozen = new ManualResetEventSlim();
        gate.Arm(() =>
        {
            cluster.Freeze(broken);
            frozen.Set();
        });
        Feed(options, First, All - First);
        Assert.True(
            frozen.Wait(TimeSpan.FromSeconds(30)), $"no transaction came to its commit; {worker.Ended.Exception}");
        await Until(() => worker.Published == All, "the commit is acknowledged");
        // 2. It dies, and the partition has no leader for a while.
        await cluster.Kill(broken);
        await Until(() => IsLeaderless(health, options.Topics.Results), "the partition has no leader");
        await Task.Delay(3_000, TestContext.Current.CancellationToken);
        // 3. It is back.
        await cluster.Start(broken);

        var results = Results(options, All);
        output.WriteLine(
            string.Join('\n', log.Lines.Where(line => !line.Contains("FAIL", StringComparison.Ordinal)).TakeLast(60)));
        Assert.Equal(Enumerable.Range(0, All), results.Order());
        // And everything goes on from there.
        Feed(options, All, First);
        Assert.Equal(Enumerable.Range(0, All + First), Results(options, All + First).Order());
        Assert.Null(worker.Ended.Exception);
        await worker.StopAsync();
        cluster.KeepsData = false;
    }

    private static async Task MakeInternalTopics(KafkaOptions options, ClusterHealth health)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = options.BootstrapServers, TransactionalId = "first" })
            .SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = options.GroupId })
            .SetLogHandler((_, _) => { }).Build();
        await Until(() => KnowsOffsets(consumer), "the group has a coordinator");
        Assert.NotNull(await health.Led(TimeSpan.FromSeconds(60)));
    }

    private static TopicSpecification OneCopy(string topic, int broker) =>
        new() { Name = topic, NumPartitions = 1, ReplicasAssignments = new() { [0] = [broker + 1] } };

    private static bool IsLeaderless(ClusterHealth health, string topic)
    {
        try
        {
            return health.Leader(topic, 0) is null;
        }
        catch (KafkaException)
        {
            // The broker that was asked is the one that is away.
            return false;
        }
    }

    private static bool KnowsOffsets(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            return consumer.Committed(
                [new TopicPartition("__transaction_state", 0)], TimeSpan.FromSeconds(5)).Count == 1;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        for (var deadline = Environment.TickCount64 + 60_000; !condition(); await Task.Delay(50))
            Assert.True(Environment.TickCount64 < deadline, $"not within 60 s: {what}");
    }

    private static void Feed(KafkaOptions options, int first, int count)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = options.BootstrapServers, LingerMs = 300 })
            .SetLogHandler((_, _) => { }).Build();
        for (var i = first; i < first + count; i++)
            producer.Produce(
                options.Topics.Messages, new() { Key = i % 2 == 0 ? null! : Text($"k{i % 17}"), Value = Text($"{i}") });
        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));
    }

    /// <summary>What a read_committed reader sees once it has seen a number of records, or after a minute.</summary>
    private static List<int> Results(KafkaOptions options, int minimum) =>
        [.. CommittedTopic.Read(options.BootstrapServers, options.Topics.Results, 1, minimum, seconds: 60)
            .Select(result => int.Parse(Encoding.UTF8.GetString(result.Message.Value), CultureInfo.InvariantCulture))];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
