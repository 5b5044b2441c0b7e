using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Topics;
using Worker.Testing;

namespace Worker.Tests.Pipeline;

/// <summary>How long partitions stand still after a kill -9 of one of three workers, with the default time limits, and after a bounce of the broker.</summary>
public sealed class RecoveryTests(TinyModel model)
{
    private const int Partitions = 6;
    private readonly double[] lastSeen = new double[Partitions];

    [Fact]
    public async Task Partitions_flow_again_within_their_bounds()
    {
        using var kafka = new KafkaBroker();
        var options = Options(kafka.BootstrapServers);
        await Prepare(options);
        using var ended = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var feeding = Task.Run(() => Feed(options, ended.Token));
        var watching = Task.Run(() => Watch(options, clock, ended.Token));
        var workers = new[] { Start(options, "w0"), Start(options, "w1"), Start(options, "w2") };
        try
        {
            await Flowing(clock, workers, 90);

            // 1. Killed for good: the session timeout, or the transaction timeout and the broker's clean-up (0.5 s here).
            var killed = clock.Elapsed.TotalSeconds;
            workers[0].Kill();
            var gone = await Stalled(clock, killed, 40);

            // 2. Killed and back at once with the same identity: only the transaction could hold anybody up longer than the session.
            await Flowing(clock, workers[1..], 60);
            workers[0].Dispose();
            workers[0] = Start(options, "w0");
            await Eventually(() => workers[0].Output.Contains("Assigned", StringComparison.Ordinal), 60);
            await Flowing(clock, workers, 60);
            killed = clock.Elapsed.TotalSeconds;
            workers[0].Kill();
            workers[0].Dispose();
            workers[0] = Start(options, "w0");
            await Eventually(() => workers[0].Output.Contains("Assigned", StringComparison.Ordinal), 60);
            var back = clock.Elapsed.TotalSeconds;
            var same = await Stalled(clock, killed, 40) - (back - killed);

            // 3. The broker is killed and started.
            await Flowing(clock, workers, 60);
            kafka.Kill();
            kafka.Start();
            var bounced = clock.Elapsed.TotalSeconds;
            var bounce = await Stalled(clock, bounced, 40);

            TestContext.Current.SendDiagnosticMessage(
                "killed for good {0:F1} s; same identity, after it was assigned {1:F1} s (process start and session {2:F1} s); broker listening again {3:F1} s", gone, same, back - killed, bounce);
            Assert.True(gone < 10 + 2, $"after a kill -9: {gone:F1} s");
            Assert.True(same < 3, $"after coming back with the same identity: {same:F1} s");
            Assert.True(bounce < 5 + 2, $"after a bounce of the broker: {bounce:F1} s");
        }
        finally
        {
            await ended.CancelAsync();
            await feeding;
            await watching;
            foreach (var worker in workers)
                worker.Dispose();
        }
    }

    private static KafkaOptions Options(string servers) => new()
    {
        BootstrapServers = servers,
        GroupId = "recovery",
        Topics = new KafkaTopics { Messages = "r-messages", Results = "r-results", Review = "r-review", DeadLetters = "r-dead", Heads = "r-heads", Labels = "r-labels" },
    };

    /// <summary>Until every partition has shown a result in the last half second.</summary>
    private async Task Flowing(Stopwatch clock, WorkerProcess[] workers, double seconds)
    {
        await Eventually(() =>
        {
            Assert.All(workers, worker => Assert.False(worker.HasExited, worker.Output + worker.Errors));
            return Array.TrueForAll(lastSeen, seen => clock.Elapsed.TotalSeconds - Volatile.Read(ref seen) < 0.5);
        }, seconds);
    }

    /// <summary>Seconds until every partition has shown a result of a message that was sent after the fault.</summary>
    private async Task<double> Stalled(Stopwatch clock, double since, double seconds)
    {
        // A result of before the fault may still be on its way: the first second does not count.
        await Eventually(() => clock.Elapsed.TotalSeconds > since + 1, 5);
        await Eventually(() => Array.TrueForAll(lastSeen, seen => seen > since + 1), seconds);
        return lastSeen.Max() is var latest && latest > 0 ? firstAfter(since + 1) - since : seconds;

        double firstAfter(double at) => clock.Elapsed.TotalSeconds;
    }

    private static async Task Eventually(Func<bool> condition, double seconds)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed.TotalSeconds < seconds, $"not within {seconds} s");
            await Task.Delay(20);
        }
    }

    private static void Feed(KafkaOptions options, CancellationToken ended)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = options.BootstrapServers, MessageTimeoutMs = 60_000 }).SetLogHandler((_, _) => { }).Build();
        for (var i = 0; !ended.WaitHandle.WaitOne(10); i++)
            for (var partition = 0; partition < Partitions; partition++)
                producer.Produce(new TopicPartition(options.Topics.Messages, partition), new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes($"message {i}") });
        producer.Flush(TimeSpan.FromSeconds(5));
    }

    private void Watch(KafkaOptions options, Stopwatch clock, CancellationToken ended)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "recovery-reader",
            IsolationLevel = IsolationLevel.ReadCommitted,
            ReconnectBackoffMaxMs = 500,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(options.Topics.Results, p, Offset.Beginning)));
        while (!ended.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { } record)
                continue;
            var source = JsonDocument.Parse(record.Message.Value).RootElement.GetProperty("source");
            Volatile.Write(ref lastSeen[source.GetProperty("partition").GetInt32()], clock.Elapsed.TotalSeconds);
        }
    }

    private async Task Prepare(KafkaOptions options)
    {
        var topics = options.Topics;
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync([new(topics.Messages, Partitions, 1), new(topics.Results, Partitions, 1), new(topics.Review, 1, 1), new(topics.DeadLetters, 1, 1), new(topics.Heads, 1, 1, Compacted: true)]);
        using var heads = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
        await heads.PublishAsync("a", HeadJson.Serialize(model.Head("a")), CancellationToken.None);
    }

    private WorkerProcess Start(KafkaOptions options, string identity) => WorkerProcess.Start("run",
        $"--Kafka:BootstrapServers={options.BootstrapServers}", $"--Kafka:GroupId={options.GroupId}", $"--Kafka:TransactionalId={identity}", $"--Kafka:GroupInstanceId={identity}",
        $"--Kafka:Topics:Messages={options.Topics.Messages}", $"--Kafka:Topics:Results={options.Topics.Results}", $"--Kafka:Topics:Review={options.Topics.Review}",
        $"--Kafka:Topics:DeadLetters={options.Topics.DeadLetters}", $"--Kafka:Topics:Heads={options.Topics.Heads}", $"--Kafka:Topics:Labels={options.Topics.Labels}",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Health:Port=0");
}
