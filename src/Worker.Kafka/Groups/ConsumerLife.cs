using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Groups;

/// <summary>One life of the group's consumer: from joining until an error that only a new consumer can fix.</summary>
internal sealed class ConsumerLife : IDisposable
{
    private bool hangs;

    /// <param name="assigned">More partitions came; inside a poll, like the others.</param>
    /// <param name="revoked">Partitions go.</param>
    /// <param name="lost">Partitions are gone.</param>
    public ConsumerLife(
        KafkaOptions options, KafkaClients clients, ClientLog log,
        Action<List<TopicPartition>> assigned, Action<List<TopicPartitionOffset>> revoked,
        Action<List<TopicPartitionOffset>> lost)
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

    /// <summary>
    /// Leaves the group in an orderly way. In the middle of a rebalance the client may not return from that (librdkafka
    /// 2.16, seen twice in some sixty rebalance storms). Then this returns false after the given time, and the client
    /// is never freed, because that would wait too.
    /// </summary>
    /// <exception cref="KafkaException">The group was not left in an orderly way; it will notice by itself.</exception>
    public bool Leave(TimeSpan limit)
    {
        var closing = Task.Factory.StartNew(
            Consumer.Close, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        hangs = !((IAsyncResult)closing).AsyncWaitHandle.WaitOne(limit);
        if (!hangs)
            closing.GetAwaiter().GetResult();
        return !hangs;
    }

    public void Dispose()
    {
        if (hangs)
            return;
        Ends.Dispose();
        Consumer.Dispose();
    }
}
