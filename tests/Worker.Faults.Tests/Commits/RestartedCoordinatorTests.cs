using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Scenario;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;

namespace Worker.Faults.Tests.Commits;

/// <summary>
/// The coordinator of transactions is killed when it has logged a commit that no other broker has, and comes back
/// immediately. From what it remembers of the cluster it believes that it is still the coordinator, and tells the
/// partitions that others lead that the transaction is committed (Kafka 4.3). The real coordinator knows of no commit
/// and aborts the rest. So half of one transaction is visible. This test runs alone, because the broker must be back
/// within its session of 9 s.
/// </summary>
[CollectionDefinition(nameof(RestartedCoordinatorTests), DisableParallelization = true)]
[Collection(nameof(RestartedCoordinatorTests))]
public sealed class RestartedCoordinatorTests(ITestOutputHelper output)
{
    private const string Filler = "filler";
    private const string Transactions = "__transaction_state";
    private const int Fillers = 24;
    private const int Rounds = 8;
    private const int TransactionPartitions = 4;
    private const int PerRound = 60;
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(2);

    [Fact]
    [Trait("Category", "faults")]
    public async Task A_window_committed_in_part_is_finished()
    {
        Repository.Shared("kafka", "kafka");
        var folder = Directory.CreateTempSubdirectory("worker-coordinator-").FullName;
        await FinishIn(folder);
        Directory.Delete(folder, recursive: true);
    }

    private async Task FinishIn(string folder)
    {
        // The next coordinator finds the time limit exceeded, and aborts some time after the restarted one has told its
        // partitions ...
        await using var cluster = await KafkaCluster.Start(
            Path.Combine(folder, "kafka"), ["transaction.abort.timed.out.transaction.cleanup.interval.ms=3000"]);
        var options = new KafkaOptions
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = "echo",
            TransactionalId = "echo-1",
            TransactionTimeoutMs = (int)TransactionTimeout.TotalMilliseconds,
            // ... and before the client asks it to commit.
            Client = { ["reconnect.backoff.ms"] = "6000", ["reconnect.backoff.max.ms"] = "6000" },
        };
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(options.Topics.Messages, 1, 3), new(options.Topics.Results, 3, 3), new(Filler, Fillers, 3)]);
        using var health = new ClusterHealth(cluster.BootstrapServers, () => Environment.TickCount64);
        using var log = new ListLogger("worker");
        var gate = new CommitGate(TransactionTimeout);
        using var worker = new EchoWorker(options, loggers: log, clock: gate);

        var fed = Feed(options, 0, 10);
        Results(options, fed);
        var round = 0;
        while (round++ < Rounds && !HasFinished(log))
        {
            Assert.NotNull(await health.AllInSync(TimeSpan.FromSeconds(60)));
            var partition = JavaHash.Of(options.TransactionalId) % TransactionPartitions;
            var coordinator = health.Leader(Transactions, partition)!.Value;
            var decisions = cluster.Segment(coordinator, Transactions, partition);
            var leaders = Enumerable.Range(0, 3).Select(p => health.Leader(options.Topics.Results, p) + 1);
            output.WriteLine($"coordinator {coordinator + 1}; results led by {string.Join(", ", leaders)}");
            var fillers = Enumerable.Range(0, Fillers).Where(filler => health.Leader(Filler, filler) == coordinator)
                .Select(filler => new TopicPartition(Filler, filler)).ToList();
            Assert.NotEmpty(fillers);
            using var frozen = new ManualResetEventSlim();
            gate.Arm(() =>
            {
                foreach (var other in Enumerable.Range(0, FaultSchedule.Brokers).Where(other => other != coordinator))
                    cluster.Freeze(other);
                // Their request to the coordinator is answered with this, and not with the commit.
                Produce(options, fillers, Acks.Leader);
                decisions.Refresh();
                frozen.Set();
            });
            fed = Feed(options, fed, PerRound);
            Assert.True(frozen.Wait(TimeSpan.FromSeconds(30)),
                $"no transaction came to its commit; {worker.Ended.Exception}\n{string.Join('\n', log.Lines)}");
            await Grown(decisions);
            await cluster.Kill(coordinator);
            foreach (var other in Enumerable.Range(0, FaultSchedule.Brokers))
                cluster.Continue(other);
            await cluster.Start(coordinator);
            Results(options, fed);
        }
        await Task.Delay(3_000);

        var results = Results(options, fed);
        output.WriteLine(
            string.Join('\n', log.Lines.Where(line => !line.Contains("FAIL", StringComparison.Ordinal)).TakeLast(60)));
        Assert.Null(worker.Ended.Exception);
        Assert.Equal(Enumerable.Range(0, fed), results.Order());
        Assert.True(HasFinished(log), $"in {Rounds} rounds no transaction was committed in part");
        cluster.KeepsData = false;
    }

    /// <summary>
    /// Waits until the commit is in the coordinator's log, unless its time limit would end before that.
    /// </summary>
    private static async Task Grown(FileInfo file)
    {
        var before = file.Length;
        for (var deadline = Environment.TickCount64 + 1_500; file.Length == before
            && Environment.TickCount64 < deadline; file.Refresh())
            await Task.Delay(10);
    }

    private static bool HasFinished(ListLogger log) =>
        log.Lines.Any(line => line.Contains("A window that failing brokers had committed", StringComparison.Ordinal));

    /// <summary>
    /// Values "first" to "first + count - 1" in one batch, keys that reach every partition of the results; returns what
    /// is fed by then.
    /// </summary>
    private static int Feed(KafkaOptions options, int first, int count)
    {
        Produce(options, Enumerable.Repeat(new TopicPartition(options.Topics.Messages, 0), count), Acks.All, first);
        return first + count;
    }

    private static void Produce(KafkaOptions options, IEnumerable<TopicPartition> partitions, Acks acks, int first = 0)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = options.BootstrapServers, Acks = acks, LingerMs = 300 })
            .SetLogHandler((_, _) => { }).Build();
        var i = first;
        foreach (var partition in partitions)
            producer.Produce(partition, new() { Key = Text($"k{i % 17}"), Value = Text($"{i++}") });
        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));
    }

    /// <summary>What a read_committed reader sees once it has seen a number of records, or after a minute.</summary>
    private static List<int> Results(KafkaOptions options, int minimum) =>
        [.. CommittedTopic.Read(options.BootstrapServers, options.Topics.Results, 3, minimum, seconds: 60)
            .Select(result => int.Parse(Encoding.UTF8.GetString(result.Message.Value), CultureInfo.InvariantCulture))];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
