using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Replaying;

/// <summary>Reads single records by their position. It belongs to no group and commits nothing. One thread.</summary>
public sealed class RecordFetch(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly KafkaClients clients = new(options, loggers, clock);
    private IConsumer<byte[]?, byte[]?>? consumer;

    /// <summary>The record there; null if it is gone: deleted, compacted away, or its topic recreated.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="partition">Partition.</param>
    /// <param name="offset">Offset.</param>
    /// <param name="timestampMs">Its Kafka timestamp, because another record may be there now. Null
    /// where unknown.</param>
    /// <param name="stop">Stops waiting.</param>
    /// <exception cref="KafkaFailureException">No answer came.</exception>
    public SourceRecord? Read(string topic, int partition, long offset, long? timestampMs, CancellationToken stop)
    {
        consumer ??= clients.Consumer(ClientConfigs.AssignedConsumer(options), clients.Log("Fetch"));
        // If the offset is gone, the client reads on at the first one that exists.
        consumer.Assign(new TopicPartitionOffset(topic, partition, offset));
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < Patience)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                    continue;
                if (result.IsPartitionEOF || result.Offset.Value != offset)
                    return null;
                var record = SourceRecord.From(result, topic);
                return timestampMs is null || record.TimestampMs == timestampMs ? record : null;
            }
            catch (ConsumeException error)
                when (error.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic
                or ErrorCode.Local_UnknownPartition)
            {
                return null;
            }
            catch (ConsumeException error) when (error.Error.Code == ErrorCode.TopicAuthorizationFailed)
            {
                throw new KafkaFailureException(KafkaFailure.Unauthorised,
                    $"topic '{topic}' may not be read: grant this user READ and DESCRIBE on it");
            }
            catch (ConsumeException error) when (!error.Error.IsFatal)
            {
                // The client continues by itself.
            }
        }
        throw new KafkaFailureException(KafkaFailure.Fatal,
            $"{topic}[{partition}]@{offset} did not come within {Patience.TotalSeconds:F0} s: check the brokers");
    }

    public void Dispose()
    {
        consumer?.Close();
        consumer?.Dispose();
    }
}
