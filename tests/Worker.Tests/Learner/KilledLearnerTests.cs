using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Store;

namespace Worker.Tests.Learner;

/// <summary>
/// Two learners on one Postgres and a real Kafka, killed in turn, and Postgres with them: what went in is in the store
/// once, and of each label there is one line of heads.
/// </summary>
public class KilledLearnerTests(TinyModel model, KafkaBroker kafka, PostgresServer postgres)
{
    private static readonly string[] Labels = ["refund", "weather", "lake"];
    private const int Answered = 600;

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
            await admin.CreateAsync([new(options.Topics.Labels, 4, 1), new(options.Topics.Messages, 1, 1),
                new(options.Topics.DeadLetters, 1, 1), new(options.Topics.Heads, 1, 1, Compacted: true)]);
        LabelEvent[] events = [.. Enumerable.Range(0, Answered).SelectMany(number =>
            Labels.Select(label => Answers.Of(number, label)))];

        // 1. Two learners; answers arrive in parts; after each part somebody is killed.
        var learners = new[] { Start(options, database), Start(options, database) };
        try
        {
            var parts = events.Chunk(events.Length / 6).ToArray();
            for (var i = 0; i < parts.Length; i++)
            {
                Answers.Send(
                    options.BootstrapServers, options.Topics.Labels, parts[i].Select(LabelEventJson.Write));
                await Task.Delay(1500);
                if (i % 3 == 2)
                {
                    postgres.Kill();
                    postgres.Start();
                    continue;
                }
                learners[i % 2].Kill();
                learners[i % 2].Dispose();
                learners[i % 2] = Start(options, database);
            }
            // 2. All of it is in the store, and every label has a head on the topic.
            using var store = LearningStore.Open(new StoreOptions { Postgres = database }, TimeProvider.System);
            Wait(() => store.Export.Read().Count() >= events.Length, learners);
            Wait(() => Heads(options).Select(head => head.Label).Distinct().Count() == Labels.Length, learners);
            Wait(() => store.Examples.Labels().All(label => label.Pending == 0), learners);

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
        }
        finally
        {
            foreach (var learner in learners)
                learner.Dispose();
        }
    }

    private WorkerProcess Start(KafkaOptions options, string database) => WorkerProcess.Start(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["Store__Postgres"] = database },
        "run", "--roles", "learn",
        $"--Kafka:BootstrapServers={options.BootstrapServers}", $"--Kafka:GroupId={options.GroupId}",
        "--Kafka:SessionTimeoutMs=3000",
        $"--Kafka:Topics:Messages={options.Topics.Messages}", $"--Kafka:Topics:Results={options.Topics.Results}",
        $"--Kafka:Topics:Review={options.Topics.Review}", $"--Kafka:Topics:DeadLetters={options.Topics.DeadLetters}",
        $"--Kafka:Topics:Heads={options.Topics.Heads}", $"--Kafka:Topics:Labels={options.Topics.Labels}",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Learn:Feature=mean", "--Learn:Answers=50",
        "--Learn:Minutes=0", "--Learn:LeaseSeconds=5", "--Learn:PromotionAnswers=10", "--Health:Port=0");

    private static void Wait(Func<bool> condition, WorkerProcess[] learners)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline,
                "not within 120 s; the learners said:\n" + string.Join('\n', learners.Select(one => one.Output)));
            Thread.Yield();
        }
    }

    /// <summary>Every head on the topic that a read-committed reader sees, in order.</summary>
    private static List<Head> Heads(KafkaOptions options)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "learner-reader",
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Topics.Heads, 0, Offset.Beginning));
        var heads = new List<Head>();
        while (consumer.Consume(TimeSpan.FromSeconds(10)) is { IsPartitionEOF: false } record)
            heads.Add(HeadJson.Parse(record.Message.Value));
        consumer.Close();
        return heads;
    }
}
