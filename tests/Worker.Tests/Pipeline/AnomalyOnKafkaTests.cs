using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;

namespace Worker.Tests.Pipeline;

/// <summary>
/// Heads and an anomaly reference from the command line over a real Kafka into the running executable.
/// </summary>
public class AnomalyOnKafkaTests(TinyModel model, KafkaBroker kafka)
{
    private static readonly KafkaTopics Topics = new()
    {
        Messages = "odd-messages",
        Results = "odd-results",
        Review = "odd-review",
        DeadLetters = "odd-dead",
        Heads = "odd-heads",
        Labels = "odd-labels",
    };

    private Dictionary<string, string> Where => new(StringComparer.Ordinal)
    {
        ["Kafka__BootstrapServers"] = kafka.BootstrapServers,
        ["Kafka__GroupId"] = "odd",
        ["Kafka__Topics__Messages"] = Topics.Messages,
        ["Kafka__Topics__Results"] = Topics.Results,
        ["Kafka__Topics__Review"] = Topics.Review,
        ["Kafka__Topics__DeadLetters"] = Topics.DeadLetters,
        ["Kafka__Topics__Heads"] = Topics.Heads,
        ["Kafka__Topics__Labels"] = Topics.Labels,
    };

    [Fact]
    public async Task A_trained_reference_is_published_taken_up_and_retired()
    {
        using (var admin = new TopicAdmin(new KafkaOptions { BootstrapServers = kafka.BootstrapServers },
            NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(Topics.Messages, 2, 1), new(Topics.Results, 2, 1), new(Topics.Review, 1, 1),
                    new(Topics.DeadLetters, 1, 1), new(Topics.Heads, 1, 1, Compacted: true)]);
        using var folder = Repository.Temporary();
        File.WriteAllLines(
            folder.File("data.jsonl"), Enumerable.Range(0, 120).Select(
                i => $$$"""{"text": "{{{(i % 2 == 0 ? "refund my money number" : "lovely lamp, thank you")}}} {{{Words.Of(i)}}}", "labels": {"refund": {{{1 - i % 2}}}}}"""));
        Run("train", "--data", folder.File("data.jsonl"), "--model", model.Bundle, "--out", folder.File("heads.jsonl"));
        var published = Run("heads", "publish", folder.File("heads.jsonl"));
        Assert.Contains("anomaly reference", published, StringComparison.Ordinal);

        using var worker = WorkerProcess.Start(Where, "run", $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu",
            "--Encoder:Threads=1", "--Health:Port=0");
        var results = Flow(worker, read => read.Exists(HasAnomaly));
        Assert.All(
            results.Where(HasAnomaly), result =>
                Assert.InRange(result.GetProperty("anomaly").GetProperty("p").GetDouble(), 0, 1));
        Run("heads", "retire-anomaly");
        results = Flow(worker, read => !HasAnomaly(read[^1]));
        Assert.All(results, result => Assert.True(result.GetProperty("labels").TryGetProperty("refund", out _)));
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
    }

    private string Run(params string[] arguments)
    {
        using var command = WorkerProcess.Start(Where, arguments);
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(60)) == 0, command.Errors);
        return command.Output;
    }

    private static bool HasAnomaly(JsonElement result) => result.TryGetProperty("anomaly", out _);

    /// <summary>Sends one message at a time and collects the results, until a condition holds.</summary>
    private List<JsonElement> Flow(WorkerProcess worker, Func<List<JsonElement>, bool> reached)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = kafka.BootstrapServers,
                GroupId = "odd-reader",
                IsolationLevel = IsolationLevel.ReadCommitted,
            }).Build();
        consumer.Assign(
            Enumerable.Range(0, 2).Select(partition =>
                new TopicPartitionOffset(Topics.Results, partition, Offset.End)));
        var read = new List<JsonElement>();
        var deadline = Environment.TickCount64 + 60_000;
        while (read.Count == 0 || !reached(read))
        {
            Assert.True(Environment.TickCount64 < deadline && !worker.HasExited,
                $"{read.Count} results; {worker.Output}{worker.Errors}");
            producer.Produce(
                Topics.Messages, new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes("what is this thing") });
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
                read.Add(JsonDocument.Parse(record.Message.Value).RootElement);
        }
        return read;
    }
}
