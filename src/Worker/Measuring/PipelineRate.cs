using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Kafka.Heads;

namespace Worker.Measuring;

/// <summary>
/// The whole worker, from Kafka to Kafka on the embedded broker with default options. Texts are in the messages topic
/// before it starts. Time is measured from its first window to the last acknowledged result.
/// </summary>
internal static class PipelineRate
{
    /// <summary>Tokens per second.</summary>
    /// <param name="section">The encoder.</param>
    /// <param name="heads">At least one head.</param>
    /// <param name="texts">One message each.</param>
    /// <param name="clock">Which seconds.</param>
    public static async Task<double> Run(
        EncoderSection section, IReadOnlyList<Head> heads, IReadOnlyList<byte[]> texts, BenchClock clock,
        CancellationToken stop)
    {
        using var bed = await TestBed.Start(section, heads, stop);
        bed.Publish(texts);
        return await bed.Classify(texts.Count, stop, clock);
    }
}

/// <summary>A worker on an embedded broker of its own.</summary>
internal sealed class TestBed : IDisposable
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly CancellationTokenSource ended = new();
    private Task? running;

    private TestBed(EncoderSection section, IReadOnlyList<string> features)
    {
        Options = new RunOptions
        {
            Encoder = section,
            Kafka = broker.Options("bench"),
        };
        var topics = Options.Kafka.Topics;
        broker.CreateTopics(
            topics.Messages, topics.Results, topics.Review, topics.DeadLetters, topics.Heads, topics.Labels);
        Classifier = new Classifier(
            WorkerComposition.Open(Options, NullLoggerFactory.Instance, TimeProvider.System, features));
    }

    public RunOptions Options { get; }

    public Classifier Classifier { get; }

    /// <param name="features">That another role beside it needs.</param>
    public static async Task<TestBed> Start(
        EncoderSection section, IReadOnlyList<Head> heads, CancellationToken stop,
        params IReadOnlyList<string> features)
    {
        var bed = new TestBed(section, features);
        await bed.PublishHeads(heads, stop);
        return bed;
    }

    public async Task PublishHeads(IReadOnlyList<Head> heads, CancellationToken stop)
    {
        using var topic = new HeadsTopicWriter(Options.Kafka, NullLoggerFactory.Instance, TimeProvider.System);
        await Task.WhenAll(heads.Select(head => topic.PublishAsync(head.Label, HeadJson.Serialize(head), stop)));
    }

    /// <summary>Puts texts into the messages topic.</summary>
    public void Publish(IReadOnlyList<byte[]> texts)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers, LingerMs = 5 }).Build();
        foreach (var text in texts)
            producer.Produce(Options.Kafka.Topics.Messages, new Message<Null, byte[]> { Value = text });
        producer.Flush();
    }

    /// <summary>
    /// Lets the worker run until it has published a number of results in all; returns tokens per second since its first
    /// window.
    /// </summary>
    public async Task<double> Classify(int messages, CancellationToken stop, BenchClock? clock = null)
    {
        clock ??= BenchClock.Wall;
        running ??= Classifier.Run(ended.Token);
        var meter = Classifier.Meter;
        var (before, from) = (meter.Totals, double.NaN);
        while (meter.Totals.Messages < messages)
        {
            if (running.IsCompleted)
                await running;
            if (double.IsNaN(from) && meter.Totals.Read > before.Read)
                from = clock.Now;
            await Task.Delay(5, stop);
        }
        return (meter.Totals.Tokens - before.Tokens) / (clock.Now - from);
    }

    public void Dispose()
    {
        ended.Cancel();
        running?.Wait();
        Classifier.Dispose();
        ended.Dispose();
        broker.Dispose();
    }
}
