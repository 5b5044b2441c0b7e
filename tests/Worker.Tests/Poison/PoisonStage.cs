using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Topics;

namespace Worker.Tests.Poison;

/// <summary>
/// Topics of one test on a real broker, the executable between them, and what a read_committed reader sees.
/// </summary>
internal sealed class PoisonStage
{
    public const int Partitions = 3;
    private readonly TinyModel model;
    private readonly string name = "p" + Guid.NewGuid().ToString("N")[..8];

    private PoisonStage(string bootstrap, TinyModel model)
    {
        Bootstrap = bootstrap;
        this.model = model;
        Topics = new KafkaTopics
        {
            Messages = $"{name}-messages",
            Results = $"{name}-results",
            Review = $"{name}-review",
            DeadLetters = $"{name}-dead",
            Heads = $"{name}-heads",
            Labels = $"{name}-labels",
        };
    }

    public string Bootstrap { get; }

    public KafkaTopics Topics { get; }

    /// <summary>Creates the topics, with one head.</summary>
    /// <param name="bootstrap">A real broker.</param>
    /// <param name="model">The encoder.</param>
    /// <param name="inBytes">The largest record of the messages topic.</param>
    /// <param name="deadBytes">The largest record of the dead letters.</param>
    /// <param name="resultBytes">The largest record of the results.</param>
    public static async Task<PoisonStage> On(string bootstrap, TinyModel model, int inBytes = 1_048_588,
        int deadBytes = 1_048_588, int resultBytes = 1_048_588)
    {
        var stage = new PoisonStage(bootstrap, model);
        using (var admin = new TopicAdmin(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [Sized(stage.Topics.Messages, inBytes), Sized(stage.Topics.Results, resultBytes), Sized(
                    stage.Topics.DeadLetters, deadBytes), new(stage.Topics.Review, 1, 1), new(stage.Topics.Heads, 1, 1,
                    Compacted: true)]);
        using var heads = new HeadsTopicWriter(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        await heads.PublishAsync("a", HeadJson.Serialize(model.Head("a")), CancellationToken.None);
        return stage;
    }

    public KafkaOptions Options() => new() { BootstrapServers = Bootstrap, GroupId = name, Topics = Topics };

    /// <summary>Starts 'worker run'.</summary>
    public WorkerProcess Start(params string[] settings) => WorkerProcess.Start(["run",
        $"--Kafka:BootstrapServers={Bootstrap}", $"--Kafka:GroupId={name}", $"--Kafka:TransactionalId={name}",
        "--Kafka:SessionTimeoutMs=3000",
        $"--Kafka:Topics:Messages={Topics.Messages}", $"--Kafka:Topics:Results={Topics.Results}",
        $"--Kafka:Topics:Review={Topics.Review}",
        $"--Kafka:Topics:DeadLetters={Topics.DeadLetters}", $"--Kafka:Topics:Heads={Topics.Heads}",
        $"--Kafka:Topics:Labels={Topics.Labels}",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Health:Port=0",
        .. settings]);

    /// <summary>Runs 'worker replay' to its end.</summary>
    public (int Code, string Output, string Errors) Replay(params string[] arguments) =>
        WorkerProcess.Run("", ReplayArguments(arguments));

    public string[] ReplayArguments(params string[] arguments) =>
        ["replay", "--bootstrap", Bootstrap, "--dead-letters", Topics.DeadLetters, .. arguments];

    public IProducer<byte[]?, byte[]?> Producer(int maxBytes = 1_048_588) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = Bootstrap,
            MessageMaxBytes = maxBytes,
            QueueBufferingMaxMessages = 1_000_000,
            EnableIdempotence = true,
        }).Build();

    public void Send(params Message<byte[]?, byte[]?>[] messages)
    {
        using var producer = Producer(64 << 20);
        foreach (var message in messages)
            producer.Produce(
                Topics.Messages, message, report => Assert.False(report.Error.IsError, report.Error.Reason));
        producer.Flush();
    }

    /// <summary>
    /// Reads topics, only committed records, until a number has come and then to the ends; reports each as it comes.
    /// </summary>
    public void Read(string[] topics, Func<bool> enough, Action<ConsumeResult<byte[]?, byte[]?>> onRecord,
        WorkerProcess? alive = null, TimeSpan? patience = null)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Bootstrap,
            GroupId = $"{name}-oracle",
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            EnableAutoCommit = false,
        }).SetLogHandler((_, _) => { }).Build();
        var all = topics.SelectMany(topic => Enumerable.Range(0, Partitions).Select(p => new TopicPartition(topic, p)))
            .ToList();
        consumer.Assign(all.Select(p => new TopicPartitionOffset(p, Offset.Beginning)));
        var atEnd = new HashSet<TopicPartition>();
        var deadline = Environment.TickCount64 + (long)(patience ?? TimeSpan.FromSeconds(120)).TotalMilliseconds;
        while (!enough() || atEnd.Count < all.Count)
        {
            Assert.True(
                Environment.TickCount64 < deadline,
                $"not all came in time; the worker said: {alive?.Output[..Math.Min(3000, alive.Output.Length)]}");
            Assert.False(alive?.HasExited == true, $"the worker ended: {alive?.Output} {alive?.Errors}");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } record)
                continue;
            if (record.IsPartitionEOF)
            {
                atEnd.Add(record.TopicPartition);
                continue;
            }
            atEnd.Remove(record.TopicPartition);
            onRecord(record);
        }
        consumer.Close();
    }

    /// <summary>All records of a topic once there is a given number.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> ReadAll(string topic, int minimum, WorkerProcess? alive = null)
    {
        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        Read([topic], () => read.Count >= minimum, read.Add, alive);
        return read;
    }

    public static DeadLetter Letter(ConsumeResult<byte[]?, byte[]?> record)
    {
        var letter = DeadLetter.Read(
            [.. record.Message.Headers.Select(h => new KeyValuePair<string, byte[]?>(h.Key, h.GetValueBytes()))],
            out var problem);
        Assert.True(letter is not null, problem);
        return letter!;
    }

    /// <summary>A message's own headers as text, to compare them; null is not empty.</summary>
    public static string[] Headers(Headers? headers, int? count = null) =>
        [.. (headers ?? []).Take(count ?? int.MaxValue).Select(h =>
            $"{h.Key}={(h.GetValueBytes() is { } value ? Convert.ToHexString(value) : "null")}")];

    public static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    private static TopicSpec Sized(string topic, int bytes) => new(topic, Partitions, 1)
    {
        Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max.message.bytes"] = $"{bytes}" },
    };
}
