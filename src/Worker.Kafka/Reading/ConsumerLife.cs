using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>One life of the group's consumer: from joining until an error that only a new one mends.</summary>
internal sealed class ConsumerLife : IDisposable
{
    /// <param name="assigned">More partitions came; inside a poll, like the others.</param>
    /// <param name="revoked">Partitions go.</param>
    /// <param name="lost">Partitions are gone.</param>
    public ConsumerLife(
        KafkaOptions options, KafkaClients clients, ClientLog log,
        Action<List<TopicPartition>> assigned, Action<List<TopicPartitionOffset>> revoked, Action<List<TopicPartitionOffset>> lost)
    {
        Errors = new ConsumeErrors(options, log, clients);
        Consumer = clients.Consumer(ClientConfigs.GroupConsumer(options), log, builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => revoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => lost(partitions)), Errors.Note);
        Ends = new PartitionEnds(Consumer.Handle);
    }

    public IConsumer<byte[]?, byte[]?> Consumer { get; }

    public PartitionEnds Ends { get; }

    public ConsumeErrors Errors { get; }

    public void Dispose()
    {
        Ends.Dispose();
        Consumer.Dispose();
    }
}
