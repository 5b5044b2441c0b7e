using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Configuration;
using Worker.Onnx.Bundles;

namespace Worker.Bench.Delivery;

/// <summary>
/// Topics on a real Kafka, and workers without an encoder between them. Every measurement has its own group and results
/// topic.
/// </summary>
internal sealed class DeliveryBed(LocalKafka kafka, string bundle, int partitions = 3)
{
    private readonly string run = Guid.NewGuid().ToString("N")[..8];
    private int measurements;

    /// <summary>Topics and identities of the next measurement; the topics exist.</summary>
    public async Task<KafkaOptions> Next(DeliveryMode mode, string messages)
    {
        var name = $"bench-{run}-{++measurements}";
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = name,
            Delivery = mode,
            Topics =
            {
                Messages = messages,
                Results = name + "-results",
                Review = name + "-review",
                DeadLetters = name + "-dead",
            },
        };
        await Create(options.Topics.Results, options.Topics.Review, options.Topics.DeadLetters);
        return options;
    }

    /// <summary>
    /// A topic with the given messages in it, keyed so that all partitions have their share; returns its name.
    /// </summary>
    public async Task<string> Fill(string name, IEnumerable<byte[]> texts, Func<int, Timestamp>? time = null)
    {
        var topic = $"bench-{run}-{name}";
        await Create(topic);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            LingerMs = 20,
            CompressionType = CompressionType.Lz4,
            QueueBufferingMaxMessages = 200_000,
        }).Build();
        var key = 0;
        foreach (var text in texts)
        {
            var message = new Message<byte[], byte[]> { Key = BitConverter.GetBytes(key % 10_000), Value = text };
            if (time is not null)
                message.Timestamp = time(key);
            key++;
            while (true)
            {
                try
                {
                    producer.Produce(topic, message);
                    break;
                }
                catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(50));
                }
            }
        }
        producer.Flush();
        return topic;
    }

    /// <summary>The whole worker except for the encoder, with one head.</summary>
    /// <param name="perText">How long the encoder takes for a text.</param>
    public Classifier Worker(KafkaOptions kafkaOptions, TimeSpan perText = default)
    {
        var encoder = new TrivialEncoder(perText);
        // Sure of every text: messages for people cost more, and in a real stream there are few of them.
        var head = new Head
        {
            Label = "long",
            Version = 1,
            Encoder = encoder.Hash,
            Feature = "mean",
            Weights = [0.1f],
            Bias = -8,
        };
        var loaded = new LoadedEncoder(EncoderBundle.Open(bundle), encoder, TokenizerFolder.Open(bundle));
        var options = new RunOptions { Kafka = kafkaOptions, Heads = new HeadsSection { Source = HeadsSource.File } };
        var heads = HeadSet.Empty(encoder.Hash, encoder.Features).With([head]);
        return new Classifier(
            new WorkerComposition(options, loaded, heads, NullLoggerFactory.Instance, TimeProvider.System));
    }

    private async Task Create(params string[] topics)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers })
            .Build();
        await admin.CreateTopicsAsync(
            topics.Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions }));
    }
}
