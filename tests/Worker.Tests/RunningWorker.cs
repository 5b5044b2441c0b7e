using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Kafka.Heads;

namespace Worker.Tests;

/// <summary>
/// A worker in this process with its own embedded broker, and the upstream and downstream systems around it.
/// </summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly CancellationTokenSource stop = new();
    private readonly IConsumer<byte[]?, byte[]?> downstream;
    private readonly Classifier classifier;
    private Task? running;

    private RunningWorker(TinyModel model, Action<RunOptions>? change, Func<IEncoder, IEncoder>? wrap)
    {
        Options = new RunOptions
        {
            Encoder = model.Section,
            Kafka = broker.Options("test"),
        };
        change?.Invoke(Options);
        var topics = Options.Kafka.Topics;
        broker.CreateTopics(
            topics.Messages, topics.Results, topics.Review, topics.DeadLetters, topics.Heads, topics.Labels);
        classifier = new Classifier(wrap is null
            ? WorkerComposition.Open(Options, NullLoggerFactory.Instance, TimeProvider.System)
            : Wrapped(Options, wrap));
        downstream = new ConsumerBuilder<byte[]?, byte[]?>(
            new ConsumerConfig
            {
                BootstrapServers = broker.BootstrapServers,
                GroupId = "downstream",
                FetchWaitMaxMs = 10,
            }).Build();
        string[] watched = [topics.Results, topics.Review, topics.DeadLetters];
        downstream.Assign(
            watched.SelectMany(
                topic =>
                    Enumerable.Range(0, EmbeddedBroker.PartitionsPerTopic).Select(p =>
                        new TopicPartitionOffset(topic, p, Offset.Beginning))));
    }

    public RunOptions Options { get; }

    public Classifier Classifier => classifier;

    /// <param name="model">Its encoder.</param>
    /// <param name="heads">Published before it starts.</param>
    /// <param name="change">Of its options.</param>
    /// <param name="wrap">Puts another encoder around the model's.</param>
    public static async Task<RunningWorker> Start(
        TinyModel model, IEnumerable<Head> heads, Action<RunOptions>? change =
            null, Func<IEncoder, IEncoder>? wrap = null)
    {
        var worker = new RunningWorker(model, change, wrap);
        await worker.Publish([.. heads]);
        worker.running = worker.classifier.Run(worker.stop.Token);
        return worker;
    }

    private static WorkerComposition Wrapped(RunOptions options, Func<IEncoder, IEncoder> wrap)
    {
        var loaded = LoadedEncoder.Open(options.Encoder);
        var heads = HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features);
        return new WorkerComposition(
            options, loaded with { Encoder = wrap(loaded.Encoder) }, heads, NullLoggerFactory.Instance,
            TimeProvider.System);
    }

    public async Task Publish(params Head[] heads)
    {
        using var topic = new HeadsTopicWriter(Options.Kafka, NullLoggerFactory.Instance, TimeProvider.System);
        foreach (var head in heads)
            await topic.PublishAsync(head.Label, HeadJson.Serialize(head), CancellationToken.None);
    }

    public async Task Retire(string label)
    {
        using var topic = new HeadsTopicWriter(Options.Kafka, NullLoggerFactory.Instance, TimeProvider.System);
        await topic.PublishAsync(label, null, CancellationToken.None);
    }

    public void Send(params Message<byte[]?, byte[]?>[] messages)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        foreach (var message in messages)
            producer.Produce(Options.Kafka.Topics.Messages, message);
        producer.Flush();
    }

    public void Send(params string[] texts) =>
        Send([.. texts.Select(t => new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes(t) })]);

    /// <summary>Reads what the worker publishes until a condition holds for everything that was read.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> ReadUntil(
        Func<IReadOnlyList<ConsumeResult<byte[]?, byte[]?>>, bool> enough)
    {
        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        var deadline = Environment.TickCount64 + 60_000;
        while (!enough(read))
        {
            if (running is { IsFaulted: true })
                running.GetAwaiter().GetResult();
            Assert.True(
                Environment.TickCount64 < deadline,
                $"after 60 s only {read.Count} records, last: " +
                $"{(read.Count == 0 ? "none" : Encoding.UTF8.GetString(read[^1].Message.Value ?? []))}");
            if (downstream.Consume(TimeSpan.FromMilliseconds(100)) is { Message: not null } record)
                read.Add(record);
        }
        return read;
    }

    /// <summary>Reads the remaining records, until a second passes without one.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> ReadWhileAny()
    {
        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (downstream.Consume(TimeSpan.FromSeconds(1)) is { Message: not null } record)
            read.Add(record);
        return read;
    }

    public static JsonElement Json(ConsumeResult<byte[]?, byte[]?> record) =>
        JsonDocument.Parse(record.Message.Value).RootElement;

    /// <summary>Stops in an orderly way.</summary>
    public async Task Stop()
    {
        await stop.CancelAsync();
        await running!;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await (running ?? Task.CompletedTask);
        }
        finally
        {
            downstream.Close();
            downstream.Dispose();
            classifier.Dispose();
            broker.Dispose();
            stop.Dispose();
        }
    }
}
