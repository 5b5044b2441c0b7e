using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Embedded;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Support;

/// <summary>
/// Topics of one test, with unique names: options for workers, a feeder, and what a reader of results sees.
/// </summary>
internal sealed class Stage
{
    private readonly string name = "t" + Guid.NewGuid().ToString("N")[..10];

    private readonly bool embedded;

    private Stage(string bootstrapServers, bool embedded) =>
        (BootstrapServers, this.embedded) = (bootstrapServers, embedded);

    public string BootstrapServers { get; }

    /// <summary>On a real broker: the topics are created.</summary>
    public static async Task<Stage> On(string bootstrapServers, int partitions = 3)
    {
        var stage = new Stage(bootstrapServers, embedded: false);
        await stage.Create(partitions);
        return stage;
    }

    /// <summary>If the topics are created elsewhere, or not at all.</summary>
    public static Stage Bare(string bootstrapServers) => new(bootstrapServers, embedded: false);

    /// <summary>On a broker inside the process: the topics are touched.</summary>
    public static Stage On(EmbeddedBroker broker)
    {
        var stage = new Stage(broker.BootstrapServers, embedded: true);
        var topics = stage.Options().Topics;
        broker.CreateTopics(topics.Messages, topics.Results, topics.DeadLetters, topics.Heads);
        return stage;
    }

    public async Task Create(int partitions = 3)
    {
        using var admin = new TopicAdmin(Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var topics = Options().Topics;
        Assert.Empty(await admin.CreateAsync(
        [
            new(topics.Messages, partitions), new(topics.Results, partitions), new(topics.DeadLetters, 1),
            new(topics.Heads, 1, Compacted: true),
        ]));
    }

    /// <summary>Windows of up to 100 messages.</summary>
    public static WindowLimits Limits => new(100, 8 << 20);

    /// <summary>Options for one worker; workers of one stage share the group and differ by identity.</summary>
    public KafkaOptions Options(
        DeliveryMode mode =
            DeliveryMode.ExactlyOnce, string worker = "w1", GroupMembership protocol = GroupMembership.Classic) => new()
            {
                GroupProtocol = protocol,
                BootstrapServers = BootstrapServers,
                GroupId = name,
                Delivery = mode,
                TransactionalId = $"{name}-{worker}",
                SessionTimeoutMs = embedded ? 6_000 : 2_000,
                Topics = new KafkaTopics
                {
                    Messages = $"{name}-messages",
                    Results = $"{name}-results",
                    Review = $"{name}-review",
                    DeadLetters = $"{name}-dead-letters",
                    Heads = $"{name}-heads",
                    Labels = $"{name}-labels",
                },
            };

    /// <summary>
    /// Feeds values "first" to "first + count - 1"; the key is the value modulo <paramref name="keys"/>.
    /// </summary>
    public void Feed(int first, int count, int keys = 17)
    {
        using var producer = RawProducer();
        for (var i = first; i < first + count; i++)
            producer.Produce(Options().Topics.Messages, new() { Key = Text($"k{i % keys}"), Value = Text($"{i}") });
        producer.Flush(TestContext.Current.CancellationToken);
    }

    public IProducer<byte[], byte[]> RawProducer() =>
        new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = BootstrapServers, EnableIdempotence = true })
            .SetLogHandler((_, _) => { }).Build();

    /// <summary>Whether the broker answers for the group within a time.</summary>
    public async Task<bool> HasGroup(TimeSpan patience)
    {
        using var outsider = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = name })
            .SetLogHandler((_, _) => { }).Build();
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
            try
            {
                outsider.Committed([new TopicPartition(Options().Topics.Messages, 0)], TimeSpan.FromSeconds(5));
                return true;
            }
            catch (KafkaException)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        return false;
    }

    /// <summary>What a read_committed reader sees of the results, or of another topic.</summary>
    public List<ConsumeResult<byte[], byte[]>> Results(
        int minimum, int partitions = 3, string? topic = null, double seconds = 30) =>
        CommittedTopic.Read(BootstrapServers, topic ?? Options().Topics.Results, partitions, minimum, seconds);

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>The values of the results as numbers, in the order of reading.</summary>
    public static int[] Numbers(IEnumerable<ConsumeResult<byte[], byte[]>> results) =>
        [.. results.Select(result => int.Parse(Text(result.Message.Value)))];

    /// <summary>0 to count - 1, each exactly once.</summary>
    public static void AssertEachOnce(int count, IEnumerable<ConsumeResult<byte[], byte[]>> results) =>
        Assert.Equal(Enumerable.Range(0, count), Numbers(results).Order());
}
