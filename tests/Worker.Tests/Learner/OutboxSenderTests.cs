using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;
using Worker.Kafka.Replaying;
using Worker.Kafka.Topics;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Sending;

namespace Worker.Tests.Learner;

/// <summary>On a real Kafka: what the store sends is on the topic once, wherever a sender dies.</summary>
public class OutboxSenderTests(KafkaBroker kafka)
{
    [Fact]
    public async Task A_sender_that_dies_after_its_commit_sends_nothing_twice()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "outbox-test",
            Topics = new KafkaTopics { Labels = "outbox-labels", Heads = "outbox-heads" },
        };
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync([new(options.Topics.Labels, 1, 1), new(options.Topics.Heads, 1, 1)]);
        using var folder = Repository.Temporary();
        using var store = Open(folder.File("store.db"));
        Add(store, options, "one", "two");
        // 1. A sender that commits and dies before it writes that down.
        using (var dying = new TransactionalWriter(
            options.As(options.OutboxId, options.OutboxId), NullLoggerFactory.Instance, TimeProvider.System))
        {
            dying.Start(default);
            Assert.Null(dying.LastMark(default));
            var waiting = store.Outbox.Next(0, 10);
            dying.Write(
                [.. waiting.Select(one => new OutgoingRecord(one.Record.Topic, null, one.Record.Value, []))], default,
                store.Outbox.Mark(waiting[^1].Number));
        }
        // 2. The next one goes on after it.
        Add(store, options, "three");
        Assert.Equal(1, Send(store, options));
        Assert.Equal(["one", "two", "three"], Values(options, 3));
        Assert.Empty(store.Outbox.Next(0, 10));
        // 3. A mark of another store means nothing to this one.
        using var other = Open(folder.File("other.db"));
        Add(other, options, "four");
        Assert.Equal(1, Send(other, options));
        Assert.Equal(["one", "two", "three", "four"], Values(options, 4));
    }

    private static LearningStore Open(string path) =>
        LearningStore.Open(new StoreOptions { Path = path }, TimeProvider.System);

    private static void Add(LearningStore store, KafkaOptions options, params string[] values) =>
        store.Examples.Record(new LabelBatch(Array.Empty<LabelEvent>(), [])
        {
            Outgoing =
            [
                .. values.Select(value =>
                    new OutboxRecord(options.Topics.Labels, null, Encoding.UTF8.GetBytes(value))),
            ],
        });

    private static int Send(LearningStore store, KafkaOptions options)
    {
        using var sender = new OutboxSender(
            store, options, 60, new StoreRetry(NullLogger.Instance, TimeProvider.System), NullLoggerFactory.Instance,
            TimeProvider.System, NullLogger.Instance);
        return sender.Send(default);
    }

    private static List<string> Values(KafkaOptions options, int count)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "outbox-reader",
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Topics.Labels, 0, Offset.Beginning));
        var values = new List<string>();
        var deadline = Environment.TickCount64 + 30_000;
        while (Environment.TickCount64 < deadline)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is not { } record)
                continue;
            if (!record.IsPartitionEOF)
                values.Add(Encoding.UTF8.GetString(record.Message.Value));
            else if (values.Count >= count)
                break;
        }
        consumer.Close();
        return values;
    }
}
