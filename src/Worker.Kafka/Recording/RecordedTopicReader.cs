using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Recording;

/// <summary>
/// Reads a topic for a store, as a member of a group of its own: its members share the partitions. Invariant: reading
/// goes on from where the caller has recorded, never from what Kafka remembers of the group; what is committed there is
/// for tools that show the lag.
/// </summary>
public sealed class RecordedTopicReader : IDisposable
{
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(100);

    /// <summary>Records that are handed over together at most: one transaction of the store.</summary>
    private const int BatchRecords = 1000;

    private readonly string topic;
    private readonly KafkaClients clients;
    private readonly ClientLog log;
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private Func<IReadOnlyDictionary<(string Topic, int Partition), long>> recorded =
        () => new Dictionary<(string Topic, int Partition), long>();

    /// <param name="options">How to connect.</param>
    /// <param name="topic">What is read.</param>
    /// <param name="group">Whose members share it.</param>
    /// <param name="loggers">For its lines.</param>
    /// <param name="clock">For its patience.</param>
    /// <param name="outages">The worker's; null for a command that a person waits for.</param>
    public RecordedTopicReader(
        KafkaOptions options, string topic, string group, ILoggerFactory loggers, TimeProvider clock,
        OutageLog? outages = null)
    {
        this.topic = topic;
        clients = new KafkaClients(options, loggers, clock, outages);
        log = clients.Log("Recording");
        consumer = clients.Consumer(ClientConfigs.RecordedConsumer(options, group), log, builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => Starts(partitions))
            .SetPartitionsRevokedHandler((_, _) => { })
            .SetPartitionsLostHandler((_, _) => { }));
    }

    /// <summary>Blocks until <paramref name="stop"/>; give it a thread of its own.</summary>
    /// <param name="recorded">The next offset of each partition that the caller has recorded; asked when partitions
    /// come, and after a batch that was out of step. It may block, and must not throw.</param>
    /// <param name="onBatch">Called with records, those of a partition in their order. Returns false when they were not
    /// recorded because another reader has recorded some of them.</param>
    /// <exception cref="KafkaFailureException">The topic cannot be read: stop.</exception>
    public void Run(
        Func<IReadOnlyDictionary<(string Topic, int Partition), long>> recorded,
        Func<IReadOnlyList<SourceRecord>, bool> onBatch, CancellationToken stop)
    {
        this.recorded = recorded;
        consumer.Subscribe(topic);
        var batch = new List<SourceRecord>();
        while (!stop.IsCancellationRequested)
        {
            // All that is there already goes together; what is not there yet is not waited for.
            if (Poll(batch.Count == 0 ? PollSlice : TimeSpan.Zero) is { } result)
            {
                batch.Add(SourceRecord.From(result, topic));
                if (batch.Count < BatchRecords)
                    continue;
            }
            if (batch.Count == 0)
                continue;
            if (onBatch(batch))
                Commit(batch);
            else
                Rewind();
            batch = [];
        }
    }

    public void Dispose()
    {
        consumer.Close();
        consumer.Dispose();
    }

    private List<TopicPartitionOffset> Starts(IEnumerable<TopicPartition> partitions)
    {
        var next = recorded();
        return [.. partitions.Select(partition => new TopicPartitionOffset(
            partition, next.TryGetValue((partition.Topic, partition.Partition.Value), out var offset)
                ? offset
                : Offset.Beginning))];
    }

    private void Rewind()
    {
        foreach (var start in Starts(consumer.Assignment))
        {
            try
            {
                consumer.Seek(start);
            }
            catch (KafkaException)
            {
                // It was taken away meanwhile: its next owner begins where it should.
            }
        }
    }

    private void Commit(List<SourceRecord> batch)
    {
        try
        {
            consumer.Commit(batch.GroupBy(record => record.Partition).Select(partition => new TopicPartitionOffset(
                topic, partition.Key, partition.Max(record => record.Offset) + 1)));
        }
        catch (KafkaException error)
        {
            // A rebalance, or brokers that are away: the next batch's commit covers it.
            log.Write(error.Error);
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll(TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException error)
            when (error.Error.IsFatal || error.Error.Code == ErrorCode.TopicAuthorizationFailed)
        {
            throw new KafkaFailureException(error.Error.IsFatal ? KafkaFailure.Fatal : KafkaFailure.Unauthorised,
                $"topic '{topic}' cannot be read: {clients.Redact(error.Error.Reason)}");
        }
        catch (ConsumeException error)
        {
            // The client goes on by itself.
            log.Write(error.Error);
            return null;
        }
    }
}
