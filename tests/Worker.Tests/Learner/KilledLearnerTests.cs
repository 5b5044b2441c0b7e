using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Store;

namespace Worker.Tests.Learner;

/// <summary>
/// Two workers and two learners on one Postgres and a real Kafka. Learners are killed and paused in turn, Postgres and
/// the broker are killed with them. What went in is in the store once, of each label there is one line of heads, every
/// message has one result, and both workers use the heads in the end.
/// </summary>
public sealed class KilledLearnerTests(TinyModel model, PostgresServer postgres) : IDisposable
{
    private static readonly string[] Labels = ["refund", "weather", "lake"];
    private const int Answered = 600;
    private const int Parts = 8;
    private const int Messages = 400;

    // Its own, because it is killed.
    private readonly KafkaBroker kafka = new();

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task Nothing_is_lost_and_nothing_counts_twice()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "killed-learner",
            Topics = new KafkaTopics
            {
                Messages = "learner-messages",
                Results = "learner-results",
                Review = "learner-review",
                DeadLetters = "learner-dead",
                Heads = "learner-heads",
                Labels = "learner-labels",
            },
        };
        var database = postgres.NewDatabase();
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync([new(options.Topics.Labels, 4, 1), new(options.Topics.Messages, 2, 1),
                new(options.Topics.Results, 1, 1), new(options.Topics.Review, 1, 1),
                new(options.Topics.DeadLetters, 1, 1),
                new(options.Topics.Heads, 1, 1, Compacted: true)]);
        LabelEvent[] events = [.. Enumerable.Range(0, Answered).SelectMany(number =>
            Labels.Select(label => Answers.Of(number, label)))];

        // 1. Two workers and two learners; answers and messages arrive in parts; during each somebody is killed.
        var learners = new[] { Learner(options, database), Learner(options, database) };
        var workers = new[] { Worker(options, 1), Worker(options, 2) };
        try
        {
            var parts = events.Chunk(events.Length / Parts).ToArray();
            for (var i = 0; i < parts.Length; i++)
            {
                Answers.Send(
                    options.BootstrapServers, options.Topics.Labels, parts[i].Select(LabelEventJson.Write));
                Answers.Send(options.BootstrapServers, options.Topics.Messages, Enumerable.Range(0, Messages / Parts)
                    .Select(number => Encoding.UTF8.GetBytes(Answers.Text(i * Messages / Parts + number))));
                await Task.Delay(1500);
                switch (i % 5)
                {
                    case 2:
                        postgres.Kill();
                        postgres.Start();
                        break;
                    case 3:
                        kafka.Kill();
                        kafka.Start();
                        break;
                    case 4:
                        // For longer than its leases last: the other learner takes over, and this one wakes up late.
                        learners[0].Pause();
                        await Task.Delay(7000);
                        learners[0].Resume();
                        break;
                    default:
                        learners[i % 2].Kill();
                        learners[i % 2].Dispose();
                        learners[i % 2] = Learner(options, database);
                        break;
                }
            }
            // 2. All of it is in the store, and every label has a head on the topic.
            using var store = LearningStore.Open(new StoreOptions { Postgres = database }, TimeProvider.System);
            WorkerProcess[] all = [.. learners, .. workers];
            Wait(() => store.Export.Read().Count() >= events.Length, all);
            Wait(() => Heads(options).Select(head => head.Label).Distinct().Count() == Labels.Length, all);
            Wait(() => store.Examples.Labels().All(label => label.Pending == 0), all);
            Wait(() => store.Outbox.Next(1).Count == 0, all);

            Assert.Equal(
                events.Select(one => one.Id).Order(StringComparer.Ordinal),
                store.Export.Read().Select(one => one.Id).Order(StringComparer.Ordinal));
            foreach (var label in store.Examples.Labels())
                Assert.Equal((Answered / 2, Answered / 2), (label.Positives, label.Negatives));
            // 3. No version stands for two heads, and the last one on the topic is the last that was promoted.
            var heads = Heads(options);
            foreach (var label in store.Examples.Labels())
            {
                var published = heads.Where(head => head.Label == label.Name).ToList();
                Assert.All(published.GroupBy(head => head.Version), same =>
                    Assert.Single(same.Select(head => Convert.ToBase64String(HeadJson.Serialize(head))).Distinct()));
                var promoted = store.Heads.Of([label.Id]).Where(head => head.State == Store.Heads.HeadState.Promoted);
                Assert.Equal(promoted.Max(head => head.Version), published[^1].Version);
            }
            // 4. Every message has one result; the next ones have the last heads, whichever worker has them.
            var last = heads.GroupBy(head => head.Label).ToDictionary(same => same.Key, same => same.Last().Version);
            var results = Results(options, Messages);
            Wait(() =>
            {
                Answers.Send(options.BootstrapServers, options.Topics.Messages,
                    Enumerable.Range(0, 16).Select(number => Encoding.UTF8.GetBytes(Answers.Text(1000 + number))));
                var before = results.Count;
                results = Results(options, before + 16);
                return results.Skip(before).GroupBy(result => Place(result).Partition).Count(partition =>
                    partition.All(result => last.All(label => result.GetProperty("labels").GetProperty(label.Key)
                        .GetProperty("version").GetInt32() == label.Value))) == 2;
            }, all);
            Assert.Equal(results.Count, results.Select(Place).Distinct().Count());
            Assert.All(results.GroupBy(result => Place(result).Partition), partition => Assert.Equal(
                Enumerable.Range(0, partition.Count()).Select(offset => (long)offset),
                partition.Select(result => Place(result).Offset).Order()));
        }
        finally
        {
            foreach (var process in learners.Concat(workers))
                process.Dispose();
        }
    }

    private static (int Partition, long Offset) Place(JsonElement result) => (
        result.GetProperty("source").GetProperty("partition").GetInt32(),
        result.GetProperty("source").GetProperty("offset").GetInt64());

    /// <summary>All results, once there are so many.</summary>
    private static List<JsonElement> Results(KafkaOptions options, int minimum)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (true)
        {
            var results = Committed(options, options.Topics.Results);
            if (results.Count >= minimum || Environment.TickCount64 > deadline)
                return [.. results.Select(record => JsonDocument.Parse(record.Value).RootElement)];
        }
    }

    private WorkerProcess Worker(KafkaOptions options, int number) => Start(
        options, [], "--roles", "classify", $"--Kafka:GroupInstanceId=worker-{number}");

    private WorkerProcess Learner(KafkaOptions options, string database) => Start(
        options, new(StringComparer.Ordinal) { ["Store__Postgres"] = database }, "--roles", "learn");

    private WorkerProcess Start(
        KafkaOptions options, Dictionary<string, string> environment, params string[] role) => WorkerProcess.Start(
        environment,
        [
        "run", .. role,
        $"--Kafka:BootstrapServers={options.BootstrapServers}", $"--Kafka:GroupId={options.GroupId}",
        "--Kafka:SessionTimeoutMs=3000",
        $"--Kafka:Topics:Messages={options.Topics.Messages}", $"--Kafka:Topics:Results={options.Topics.Results}",
        $"--Kafka:Topics:Review={options.Topics.Review}", $"--Kafka:Topics:DeadLetters={options.Topics.DeadLetters}",
        $"--Kafka:Topics:Heads={options.Topics.Heads}", $"--Kafka:Topics:Labels={options.Topics.Labels}",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Learn:Feature=mean", "--Learn:Answers=50",
        "--Learn:Minutes=0", "--Learn:LeaseSeconds=5", "--Learn:PromotionAnswers=10", "--Health:Port=0",
        ]);

    private static void Wait(Func<bool> condition, WorkerProcess[] processes)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline,
                "not within 120 s; they said:\n" + string.Join('\n', processes.Select(one => one.Output)));
            Thread.Yield();
        }
    }

    private static List<Head> Heads(KafkaOptions options) =>
        [.. Committed(options, options.Topics.Heads).Where(record => HeadKey.Read(record.Key).Role == HeadRole.InUse)
            .Select(record => HeadJson.Parse(record.Value))];

    /// <summary>Every record of a topic's one partition that a read-committed reader sees, in order.</summary>
    private static List<Message<byte[], byte[]>> Committed(KafkaOptions options, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "learner-reader",
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var records = new List<Message<byte[], byte[]>>();
        while (consumer.Consume(TimeSpan.FromSeconds(10)) is { IsPartitionEOF: false } record)
            records.Add(record.Message);
        consumer.Close();
        return records;
    }
}
