using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Replaying;

/// <summary>Reads single records by their position. It belongs to no group and commits nothing. One thread.</summary>
/// <param name="options">How to connect.</param>
/// <param name="loggers">For its lines.</param>
/// <param name="clock">For its patience.</param>
/// <param name="outages">The worker's; null for a command that a person waits for.</param>
public sealed partial class RecordFetch(
    KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null) : IDisposable
{
    private readonly KafkaClients clients = new(options, loggers, clock, outages);
    private readonly ILogger log = loggers.CreateLogger<RecordFetch>();
    private IConsumer<byte[]?, byte[]?>? consumer;

    /// <summary>How long an answer is waited for. Default 15 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The record there; null if it is gone: deleted, compacted away, or its topic recreated.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="partition">Partition.</param>
    /// <param name="offset">Offset.</param>
    /// <param name="timestampMs">Its Kafka timestamp, because another record may be there now. Null
    /// where unknown.</param>
    /// <param name="stop">Stops waiting.</param>
    /// <exception cref="KafkaFailureException">No answer came.</exception>
    public SourceRecord? Read(string topic, int partition, long offset, long? timestampMs, CancellationToken stop) =>
        TryRead(topic, partition, offset, timestampMs, out var record, stop)
            ? record
            : throw new KafkaFailureException(KafkaFailure.Fatal,
                $"{topic}[{partition}]@{offset} did not come within {Patience.TotalSeconds:F0} s: check the brokers");

    /// <summary>
    /// The same, but brokers that are away are waited for, however long that takes. After the first
    /// <see cref="Patience"/> the log says so.
    /// </summary>
    /// <inheritdoc cref="Read"/>
    public SourceRecord? WaitFor(string topic, int partition, long offset, long? timestampMs, CancellationToken stop)
    {
        if (TryRead(topic, partition, offset, timestampMs, out var record, stop))
            return record;
        Waits(log, topic, partition, offset);
        var start = clock.GetTimestamp();
        // Of a topic that is not there the client would say so only after half a minute, and each try begins anew.
        using (var topics = TopicAdmin.Of(consumer!.Handle, options, clients.Log("Fetch"), loggers, clock))
            while (topics.Partitions([topic], stop)[topic] > partition
                && !TryRead(topic, partition, offset, timestampMs, out record, stop))
            {
            }
        Answered(log, topic, partition, offset, clock.GetElapsedTime(start).TotalSeconds);
        return record;
    }

    public void Dispose()
    {
        consumer?.Close();
        consumer?.Dispose();
    }

    /// <summary>Whether brokers answered in time.</summary>
    /// <param name="record">What they answered; null when the record is gone.</param>
    private bool TryRead(
        string topic, int partition, long offset, long? timestampMs, out SourceRecord? record, CancellationToken stop)
    {
        record = null;
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
                    return true;
                var there = SourceRecord.From(result, topic);
                record = timestampMs is null || there.TimestampMs == timestampMs ? there : null;
                return true;
            }
            catch (ConsumeException error)
                when (error.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic
                or ErrorCode.Local_UnknownPartition)
            {
                return true;
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
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Topic}[{Partition}]@{Offset} does not come: the brokers are waited for, and nothing is lost meanwhile")]
    private static partial void Waits(ILogger logger, string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "The brokers said after {Seconds:F1} s more what {Topic}[{Partition}]@{Offset} is: reading goes on")]
    private static partial void Answered(ILogger logger, string topic, int partition, long offset, double seconds);
}
