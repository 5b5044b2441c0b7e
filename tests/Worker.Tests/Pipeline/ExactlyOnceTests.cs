using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Topics;

namespace Worker.Tests.Pipeline;

/// <summary>The executable against a real Kafka, killed in the middle.</summary>
public class ExactlyOnceTests(TinyModel model, KafkaBroker kafka)
{
    private const int Messages = 50_000;

    [Fact]
    public async Task Killed_in_the_middle_every_message_has_exactly_one_committed_result()
    {
        var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers, GroupId = "kill" };
        options.Topics = new KafkaTopics
        {
            Messages = "kill-messages",
            Results = "kill-results",
            Review = "kill-review",
            DeadLetters = "kill-dead",
            Heads = "kill-heads",
            Labels = "kill-labels",
        };
        await Prepare(options);

        using (var first = Start(options))
        {
            // Far enough to be in the middle, whatever the speed of the machine.
            WaitFor(() => Read(options, IsolationLevel.ReadUncommitted, stopAt: 2_000).Count >= 2_000, first);
            first.Kill();
        }
        Assert.True(Read(options, IsolationLevel.ReadCommitted, stopAt: int.MaxValue).Count < Messages,
            "it was killed too late to mean anything");
        using var second = Start(options);
        WaitFor(() => Read(options, IsolationLevel.ReadCommitted, stopAt: Messages).Count >= Messages, second);
        second.Terminate();
        Assert.Equal(0, second.WaitForExit(TimeSpan.FromSeconds(60)));

        var sources = Read(options, IsolationLevel.ReadCommitted, stopAt: int.MaxValue);
        Assert.Equal(Messages, sources.Count);
        Assert.Equal(Messages, sources.Distinct().Count());
    }

    private async Task Prepare(KafkaOptions options)
    {
        var topics = options.Topics;
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(topics.Messages, 4, 1), new(topics.Results, 4, 1), new(topics.Review, 1, 1),
                    new(topics.DeadLetters, 1, 1), new(topics.Heads, 1, 1, Compacted: true)]);
        using var heads = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
        await heads.PublishAsync("a", HeadJson.Serialize(model.Head("a")), CancellationToken.None);
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = options.BootstrapServers }).Build();
        for (var i = 0; i < Messages; i++)
            producer.Produce(
                topics.Messages, new Message<Null, byte[]>
                {
                    Value = Encoding.UTF8.GetBytes($"message {i}, some words to read and a few more of them"),
                });
        producer.Flush();
    }

    private WorkerProcess Start(KafkaOptions options) => WorkerProcess.Start("run",
        $"--Kafka:BootstrapServers={options.BootstrapServers}", $"--Kafka:GroupId={options.GroupId}",
        "--Kafka:TransactionalId=kill-worker", "--Kafka:SessionTimeoutMs=3000",
        $"--Kafka:Topics:Messages={options.Topics.Messages}", $"--Kafka:Topics:Results={options.Topics.Results}",
        $"--Kafka:Topics:Review={options.Topics.Review}",
        $"--Kafka:Topics:DeadLetters={options.Topics.DeadLetters}", $"--Kafka:Topics:Heads={options.Topics.Heads}",
        $"--Kafka:Topics:Labels={options.Topics.Labels}",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Window:MaxMessages=500",
        "--Health:Port=0");

    /// <summary>Sources of the results that a reader of that isolation sees now.</summary>
    private static List<(int Partition, long Offset)> Read(KafkaOptions options, IsolationLevel isolation, int stopAt)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "kill-reader",
            IsolationLevel = isolation,
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(
            Enumerable.Range(0, 4).Select(p => new TopicPartitionOffset(options.Topics.Results, p, Offset.Beginning)));
        var sources = new List<(int, long)>();
        var ends = 0;
        while (ends < 4 && sources.Count < stopAt)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(10)) is not { } record)
                break;
            if (record.IsPartitionEOF)
            {
                ends++;
                continue;
            }
            var source = JsonDocument.Parse(record.Message.Value).RootElement.GetProperty("source");
            sources.Add((source.GetProperty("partition").GetInt32(), source.GetProperty("offset").GetInt64()));
        }
        consumer.Close();
        return sources;
    }

    private static void WaitFor(Func<bool> condition, WorkerProcess worker)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (!condition())
        {
            Assert.False(worker.HasExited, $"the worker ended: {worker.Output} {worker.Errors}");
            Assert.True(Environment.TickCount64 < deadline, $"not within 120 s: {worker.Output} {worker.Errors}");
        }
    }
}
