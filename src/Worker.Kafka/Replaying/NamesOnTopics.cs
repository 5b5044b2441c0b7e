using System.Text;
using Confluent.Kafka;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Replaying;

/// <summary>Names of the records that a read_committed reader sees. One thread.</summary>
internal sealed class NamesOnTopics(
    KafkaOptions options, KafkaClients clients, TimeProvider clock, Heartbeat heartbeat) : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(5);
    private readonly ClientLog log = clients.Log("Names");
    private IConsumer<byte[]?, byte[]?>? reader;

    private IConsumer<byte[]?, byte[]?> Reader
    {
        get
        {
            if (reader is not null)
                return reader;
            var config = ClientConfigs.AssignedConsumer(options);
            // Regardless of the user's setting for the input: aborted records must not count as written.
            config.IsolationLevel = IsolationLevel.ReadCommitted;
            return reader = clients.Consumer(config, log);
        }
    }

    /// <summary>Those of all records from a time on.</summary>
    /// <param name="partitions">Where to look.</param>
    /// <param name="since">By the records' timestamps.</param>
    /// <param name="written">In these partitions they are read beyond what was written here.</param>
    /// <param name="patience">How long others' open transactions, which hide everything after them, are waited for.
    /// </param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="KafkaFailureException">Not all could be read.</exception>
    public HashSet<string> Read(
        IReadOnlyList<TopicPartition> partitions, DateTimeOffset since,
        IReadOnlyDictionary<TopicPartition, OffsetSpan> written, TimeSpan patience, CancellationToken stop)
    {
        try
        {
            using var asking = heartbeat.Enter("inside the client library (OffsetsForTimes)", AskPatience);
            var starts = Reader.OffsetsForTimes(
                partitions.Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(since))),
                AskPatience);
            return Read(starts, written, patience, stop);
        }
        catch (KafkaException away) when (away is not ConsumeException)
        {
            throw Unresolved(clients.Redact(away.Error.Reason));
        }
    }

    /// <summary>Those of the records that were written just now.</summary>
    /// <inheritdoc cref="Read(IReadOnlyList{TopicPartition}, DateTimeOffset, IReadOnlyDictionary{TopicPartition,
    /// OffsetSpan}, TimeSpan, CancellationToken)"/>
    public HashSet<string> Read(
        IReadOnlyDictionary<TopicPartition, OffsetSpan> written, TimeSpan patience, CancellationToken stop) =>
        Read([.. written.Select(place => new TopicPartitionOffset(place.Key, place.Value.First))],
            written, patience, stop);

    public void Dispose()
    {
        reader?.Close();
        reader?.Dispose();
    }

    private HashSet<string> Read(
        List<TopicPartitionOffset> starts, IReadOnlyDictionary<TopicPartition, OffsetSpan> written, TimeSpan patience,
        CancellationToken stop)
    {
        var open = starts.Select(start => start.TopicPartition).ToHashSet();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var started = clock.GetTimestamp();
        using var reading = heartbeat.Enter("looking for records that were sent", patience);
        Reader.Assign(starts);
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(started) > patience)
                throw Unresolved($"for more than {patience.TotalSeconds:F0} s open transactions of others, or " +
                    "brokers that are away, were in the way");
            if (Next() is not { } result)
                continue;
            if (!result.IsPartitionEOF)
            {
                if (result.Message.Headers?.TryGetLastBytes(NamedWriter.Header, out var name) == true)
                    names.Add(Encoding.UTF8.GetString(name));
            }
            // An end before what was written is that of what is decided so far.
            else if (!written.TryGetValue(result.TopicPartition, out var span) || result.Offset.Value > span.Last)
                open.Remove(result.TopicPartition);
        }
        Reader.Unassign();
        return names;
    }

    private ConsumeResult<byte[]?, byte[]?>? Next()
    {
        try
        {
            return Reader.Consume(Slice);
        }
        catch (ConsumeException refused) when (refused.Error.Code == ErrorCode.TopicAuthorizationFailed)
        {
            throw new KafkaFailureException(KafkaFailure.Unauthorised,
                $"topic '{refused.ConsumerRecord.Topic}' may not be read: grant this user READ on it; what was sent " +
                "there is looked up before anything is sent again");
        }
        catch (ConsumeException error) when (!error.Error.IsFatal)
        {
            // A leader is away; the client continues by itself.
            return null;
        }
    }

    private static KafkaFailureException Unresolved(string reason) => new(
        KafkaFailure.TransactionUnresolved, $"what was sent before could not be looked up: {reason}");
}
