using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Learning.Saving;

namespace Worker.Tests.Hosting;

/// <summary>What a person reads in the log of the executable during an outage of a real broker.</summary>
public sealed class QuietLogTests(TinyModel model)
{
    [Fact]
    public async Task An_outage_is_one_warning_and_one_line()
    {
        using var broker = new KafkaBroker();
        var options = new KafkaOptions { BootstrapServers = broker.BootstrapServers };
        var topics = options.Topics;
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(topics.Messages, 6), new(topics.Results, 6), new(topics.Review, 1), new(topics.DeadLetters, 1)]);
        using var folder = Repository.Temporary();
        HeadFile.Write(folder.File("heads.jsonl"), [model.Head("a")]);
        using var worker =
            WorkerProcess.Start("run", $"--Kafka:BootstrapServers={broker.BootstrapServers}",
            "--Kafka:TransactionTimeoutMs=3000",
            "--Kafka:TransactionGiveUpMs=3000", "--Kafka:SessionTimeoutMs=4000", $"--Encoder:Bundle={model.Bundle}",
            "--Encoder:Device=cpu", "--Encoder:Threads=1",
            "--Heads:Source=File", $"--Heads:File={folder.File("heads.jsonl")}", "--Health:Port=0");
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        Send(producer, topics.Messages);
        await Until(() => worker.Output.Contains("Assigned 6 more partitions", StringComparison.Ordinal), worker);
        await Task.Delay(3_000, TestContext.Current.CancellationToken);
        var before = Lines(worker).Count;

        broker.Kill();
        Send(producer, topics.Messages);
        await Task.Delay(10_000, TestContext.Current.CancellationToken);
        broker.Start();
        await Until(() => worker.Output.Contains("serves this worker again", StringComparison.Ordinal), worker);
        var lines = Lines(worker).Skip(before).Where(line =>
            !line.Contains("in the last minute", StringComparison.Ordinal)).ToList();
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));

        Assert.True(lines.Count == 2, string.Join('\n', lines));
        Assert.Matches(
            @"warn: Worker\.Kafka\.Clients\.OutageLog.*has not served this worker since .*connection refused",
            lines[0]);
        Assert.Matches("info: .*serves this worker again after .*lines of the client library were held back", lines[1]);
        // Neither at the start nor at the end: one line per rebalance, and none for a round without partitions.
        Assert.DoesNotContain("Assigned 0", worker.Output, StringComparison.Ordinal);
        Assert.Single(Lines(worker), line => line.Contains("the group has no offset for", StringComparison.Ordinal));
    }

    private static List<string> Lines(WorkerProcess worker) =>
        [.. worker.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static void Send(IProducer<Null, byte[]> producer, string topic)
    {
        for (var i = 0; i < 100; i++)
            producer.Produce(topic, new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes($"some words {i}") });
    }

    private static async Task Until(Func<bool> condition, WorkerProcess worker)
    {
        var deadline = Environment.TickCount64 + 90_000;
        while (!condition())
        {
            Assert.True(!worker.HasExited && Environment.TickCount64 < deadline, worker.Output + worker.Errors);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
