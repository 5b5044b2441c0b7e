using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Health;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
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
        var options = await Topics("outbox-test");
        using var folder = Repository.Temporary();
        using var store = Open(folder.File("store.db"));
        Add(store, options, "one", "two");
        // 1. A sender that commits and dies before it writes that down.
        Die(store, options, options.Topics.Labels, rows: 2);
        // 2. The next one goes on after it.
        Add(store, options, "three");
        Assert.Equal(1, Send(store, options));
        Assert.Equal(["one", "two", "three"], Values(options, options.Topics.Labels, 3));
        Assert.Empty(store.Outbox.Next(10));
        // 3. Records of another store are others.
        using var other = Open(folder.File("other.db"));
        Add(other, options, "four");
        Assert.Equal(1, Send(other, options));
        Assert.Equal(["one", "two", "three", "four"], Values(options, options.Topics.Labels, 4));
    }

    [Fact]
    public async Task What_a_compacted_topic_has_replaced_is_not_sent_again()
    {
        var options = await Topics("outbox-compacted");
        using var folder = Repository.Temporary();
        using var store = Open(folder.File("store.db"));
        Add(store, [new OutboxRecord(options.Topics.Heads, [1], "old"u8.ToArray())]);
        Add(store, [new OutboxRecord(options.Topics.Heads, [1], "new"u8.ToArray())]);
        // As if the first had been written too, and compacted away.
        Die(store, options, options.Topics.Heads, rows: 1);
        Assert.Equal(0, Send(store, options));
        Assert.Equal(["new"], Values(options, options.Topics.Heads, 1));
        Assert.Empty(store.Outbox.Next(10));
    }

    [Fact]
    public async Task Records_of_one_key_stay_in_order_and_where_every_producer_puts_them()
    {
        var options = await Topics("outbox-keys", partitions: 4);
        using var folder = Repository.Temporary();
        using var store = Open(folder.File("store.db"));
        string[] keys = ["refund", "delivery", "spam"];
        Add(store, [.. Enumerable.Range(0, 36).Select(number => new OutboxRecord(
            options.Topics.Heads, Encoding.UTF8.GetBytes(keys[number % 3]), Encoding.UTF8.GetBytes($"{number:D2}")))]);
        Assert.Equal(36, Send(store, options));
        using (var heads = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System))
            foreach (var key in keys)
                await heads.PublishAsync(key, "99"u8.ToArray(), CancellationToken.None);
        var records = Enumerable.Range(0, 4).SelectMany(partition => Read(options, options.Topics.Heads, partition))
            .ToLookup(record => Encoding.UTF8.GetString(record.Message.Key!));
        Assert.Equal(3, records.Count);
        foreach (var same in records)
        {
            Assert.Single(same.Select(record => record.Partition).Distinct());
            List<string> values = [.. same.Select(record => Encoding.UTF8.GetString(record.Message.Value))];
            Assert.Equal(13, values.Count);
            Assert.Equal(values.Order(StringComparer.Ordinal), values);
        }
    }

    [Fact]
    public async Task A_sender_that_dies_before_its_commit_has_sent_nothing()
    {
        var options = await Topics("outbox-open");
        using var folder = Repository.Temporary();
        using var store = Open(folder.File("store.db"));
        Add(store, options, "one");
        // Its transaction stays open: nobody aborts it but the next sender.
        var dying = Producer(options);
        dying.InitTransactions(TimeSpan.FromSeconds(30));
        dying.BeginTransaction();
        await dying.ProduceAsync(options.Topics.Labels, new Message<byte[]?, byte[]> { Value = "one"u8.ToArray() });
        Assert.Equal(1, Send(store, options));
        Assert.Equal(["one"], Values(options, options.Topics.Labels, 1));
        Assert.Throws<KafkaException>(() => dying.CommitTransaction(TimeSpan.FromSeconds(30)));
        dying.Dispose();
    }

    private async Task<KafkaOptions> Topics(string name, int partitions = 1)
    {
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = name,
            Topics = new KafkaTopics { Labels = $"{name}-labels", Heads = $"{name}-heads" },
        };
        using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync(
            [new(options.Topics.Labels, partitions, 1), new(options.Topics.Heads, partitions, 1)]);
        return options;
    }

    private static IProducer<byte[]?, byte[]> Producer(KafkaOptions options) =>
        new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            TransactionalId = options.OutboxId,
        }).Build();

    /// <summary>The last rows are written and committed, and stay in the store.</summary>
    private static void Die(LearningStore store, KafkaOptions options, string topic, int rows)
    {
        var (clock, loggers) = (TimeProvider.System, NullLoggerFactory.Instance);
        using var dying = new NamedWriter(
            options.As(options.OutboxId), loggers, clock, new Heartbeat("die", clock), null);
        dying.Start(default);
        NamedRecord[] records = [.. store.Outbox.Next(10).TakeLast(rows).Select(one =>
            new NamedRecord(one.Name, new OutgoingRecord(topic, one.Record.Key, one.Record.Value, [])))];
        Assert.Empty(dying.Find(records, clock.GetUtcNow(), default));
        dying.Write(records, default);
    }

    private static LearningStore Open(string path) =>
        LearningStore.Open(new StoreOptions { Path = path }, TimeProvider.System);

    private static void Add(LearningStore store, KafkaOptions options, params string[] values) =>
        Add(store, [.. values.Select(value =>
            new OutboxRecord(options.Topics.Labels, null, Encoding.UTF8.GetBytes(value)))]);

    private static void Add(LearningStore store, IReadOnlyList<OutboxRecord> records) =>
        store.Examples.Record(new LabelBatch(Array.Empty<LabelEvent>(), []) { Outgoing = records });

    private static int Send(LearningStore store, KafkaOptions options)
    {
        var clock = TimeProvider.System;
        var calls = new StoreCalls(new StoreRetry(NullLogger.Instance, clock), new Heartbeat("send", clock));
        using var sender = new OutboxSender(
            store, options, 60, calls, NullLoggerFactory.Instance, clock, NullLogger.Instance);
        return sender.Send(default);
    }

    private static List<string> Values(KafkaOptions options, string topic, int count) =>
        [.. Read(options, topic, 0, count).Select(record => Encoding.UTF8.GetString(record.Message.Value))];

    private static List<ConsumeResult<byte[]?, byte[]>> Read(
        KafkaOptions options, string topic, int partition, int count = 0)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "outbox-reader",
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        var records = new List<ConsumeResult<byte[]?, byte[]>>();
        var deadline = Environment.TickCount64 + 30_000;
        while (Environment.TickCount64 < deadline)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is not { } record)
                continue;
            if (!record.IsPartitionEOF)
                records.Add(record);
            else if (records.Count >= count)
                break;
        }
        consumer.Close();
        return records;
    }
}
