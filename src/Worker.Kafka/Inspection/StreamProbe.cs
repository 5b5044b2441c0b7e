using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Inspection;

/// <summary>How far the workers' group is.</summary>
/// <param name="Committed">Offsets of all partitions together.</param>
/// <param name="Waiting">Records after them.</param>
public readonly record struct GroupProgress(long Committed, long Waiting);

/// <summary>Looks at the stream from outside: it joins no group and commits nothing. One thread.</summary>
public sealed class StreamProbe(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly KafkaClients clients = new(options, loggers, clock);
    private IConsumer<byte[]?, byte[]?>? consumer;
    private IAdminClient? admin;

    private IConsumer<byte[]?, byte[]?> Consumer =>
        consumer ??= clients.Consumer(ClientConfigs.AssignedConsumer(options), clients.Log("Probe"));

    /// <summary>How far the group is with the messages; null while that cannot be seen.</summary>
    public GroupProgress? Progress()
    {
        try
        {
            var sources = MessageTopics.Of(options.Topics);
            List<TopicPartition> partitions = [.. Partitions(sources.Includes)];
            var (committed, waiting) = (0L, 0L);
            foreach (var place in Consumer.Committed(partitions, Patience))
            {
                var ends = Consumer.QueryWatermarkOffsets(place.TopicPartition, Patience);
                var at = place.Offset.IsSpecial ? ends.Low.Value : place.Offset.Value;
                committed += at;
                waiting += Math.Max(0, ends.High.Value - at);
            }
            return partitions.Count == 0 ? null : new GroupProgress(committed, waiting);
        }
        catch (KafkaException)
        {
            // Brokers are away, or this user may not ask: the page shows the rest.
            return null;
        }
    }

    /// <summary>Some of the newest results; none while they cannot be read.</summary>
    /// <param name="maximum">From each partition at most.</param>
    public IReadOnlyList<SourceRecord> NewestResults(int maximum)
    {
        var topic = options.Topics.Results;
        var records = new List<SourceRecord>();
        try
        {
            var starts = new List<TopicPartitionOffset>();
            foreach (var partition in Partitions(name => name == topic))
            {
                var ends = Consumer.QueryWatermarkOffsets(partition, Patience);
                if (ends.High.Value > ends.Low.Value)
                    starts.Add(new TopicPartitionOffset(
                        partition, Math.Max(ends.Low.Value, ends.High.Value - maximum)));
            }
            Consumer.Assign(starts);
            var (open, started) = (starts.Count, clock.GetTimestamp());
            while (open > 0 && clock.GetElapsedTime(started) < Patience)
            {
                if (Consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                    continue;
                if (result.IsPartitionEOF)
                    open--;
                // On a busy topic the end moves on: what is wanted has come by then.
                else if (records.Count >= 2 * maximum * starts.Count)
                    break;
                else
                    records.Add(SourceRecord.From(result, topic));
            }
            Consumer.Unassign();
        }
        catch (KafkaException)
        {
            return records;
        }
        return records;
    }

    public void Dispose()
    {
        consumer?.Close();
        consumer?.Dispose();
        admin?.Dispose();
    }

    private IEnumerable<TopicPartition> Partitions(Func<string, bool> wanted)
    {
        admin ??= clients.Admin(clients.Log("Probe"));
        return admin.GetMetadata(Patience).Topics.Where(topic => wanted(topic.Topic)).SelectMany(topic =>
            topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId)));
    }
}
