using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Reads a topic once, from its beginning to the end that each partition has when the scan is created, as a
/// read_committed reader. It belongs to no group and commits nothing. One thread.
/// </summary>
public sealed class TopicScan : IDisposable
{
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string topic;
    private readonly TimeProvider clock;
    private readonly ClientLog log;
    private readonly KafkaClients clients;
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly Dictionary<int, long> ends = [];
    private readonly Dictionary<int, long> next = [];
    private readonly long total;

    /// <param name="options">How to connect.</param>
    /// <param name="topic">It must exist.</param>
    /// <param name="partitions">How many it has.</param>
    /// <param name="loggers">For the client's own log lines.</param>
    /// <param name="clock">Measures how long nothing came.</param>
    /// <exception cref="KafkaFailureException">The topic may not be read, or no broker answers.</exception>
    public TopicScan(KafkaOptions options, string topic, int partitions, ILoggerFactory loggers, TimeProvider clock)
    {
        this.topic = topic;
        this.clock = clock;
        clients = new KafkaClients(options, loggers, clock);
        log = clients.Log("Scan");
        consumer = clients.Consumer(ClientConfigs.AssignedConsumer(options), log);
        for (var partition = 0; partition < partitions; partition++)
        {
            var range = Asked(partition);
            if (range.High.Value <= range.Low.Value)
                continue;
            ends[partition] = range.High.Value;
            next[partition] = range.Low.Value;
            total += range.High.Value - range.Low.Value;
        }
        consumer.Assign(next.Select(from => new TopicPartitionOffset(topic, from.Key, from.Value)));
    }

    /// <summary>The share that has been read, from 0 to 1.</summary>
    public double Progress =>
        total == 0 ? 1 : 1 - ends.Sum(end => Math.Max(0, end.Value - next[end.Key])) / (double)total;

    /// <summary>Every record up to those ends; the records of one partition are in order.</summary>
    /// <exception cref="KafkaFailureException">It cannot be read any further.</exception>
    public IEnumerable<SourceRecord> Read(CancellationToken stop)
    {
        var last = clock.GetTimestamp();
        while (ends.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (Poll() is not { } result)
            {
                if (clock.GetElapsedTime(last) > Patience)
                    throw new KafkaFailureException(KafkaFailure.Fatal,
                        $"nothing more of topic '{topic}' came for {Patience.TotalSeconds:F0} s, {Progress:P0} was " +
                        "read: check its brokers");
                continue;
            }
            last = clock.GetTimestamp();
            var partition = result.Partition.Value;
            // Records written since then are for the next run.
            if (!ends.TryGetValue(partition, out var end) || (!result.IsPartitionEOF && result.Offset.Value >= end))
            {
                ends.Remove(partition);
                continue;
            }
            if (!result.IsPartitionEOF)
                yield return SourceRecord.From(result, topic);
            next[partition] = result.Offset.Value + 1;
            if (result.IsPartitionEOF || next[partition] >= end)
                ends.Remove(partition);
        }
    }

    public void Dispose()
    {
        consumer.Close();
        consumer.Dispose();
    }

    private WatermarkOffsets Asked(int partition)
    {
        try
        {
            return consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), AskLimit);
        }
        catch (KafkaException error)
        {
            throw Unreadable(error.Error);
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll()
    {
        try
        {
            return consumer.Consume(PollSlice);
        }
        catch (ConsumeException error)
            when (error.Error.IsFatal
            || error.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.UnknownTopicOrPart)
        {
            throw Unreadable(error.Error);
        }
        catch (ConsumeException error)
        {
            // The client continues by itself.
            log.Write(error.Error);
            return null;
        }
    }

    private KafkaFailureException Unreadable(Error error) => error.Code switch
    {
        ErrorCode.TopicAuthorizationFailed => new KafkaFailureException(KafkaFailure.Unauthorised,
            $"topic '{topic}' may not be read: grant this user READ and DESCRIBE on it"),
        ErrorCode.UnknownTopicOrPart => new KafkaFailureException(KafkaFailure.TopicMissing,
            $"topic '{topic}' does not exist any more"),
        _ => new KafkaFailureException(
            KafkaFailure.Fatal, $"topic '{topic}' cannot be read: {clients.Redact(error.Reason)}"),
    };
}
