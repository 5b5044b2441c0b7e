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
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(5);

    private readonly CommittedReader reader = new(
        options, clients, clients.Log("Names"), clock, ErrorCode.TopicAuthorizationFailed);

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
            return Read(reader.Starts(partitions, since, AskPatience), written, patience, stop);
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

    public void Dispose() => reader.Dispose();

    private HashSet<string> Read(
        IReadOnlyList<TopicPartitionOffset> starts, IReadOnlyDictionary<TopicPartition, OffsetSpan> written,
        TimeSpan patience, CancellationToken stop)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var reading = heartbeat.Enter("looking for records that were sent", patience);
        try
        {
            if (reader.Read(
                starts, written.ToDictionary(place => place.Key, place => place.Value.Last), patience, record =>
                {
                    if (record.Message.Headers?.TryGetLastBytes(NamedWriter.Header, out var name) == true)
                        names.Add(Encoding.UTF8.GetString(name));
                }, stop))
                return names;
        }
        catch (ConsumeException refused) when (refused.Error.Code == ErrorCode.TopicAuthorizationFailed)
        {
            throw new KafkaFailureException(KafkaFailure.Unauthorised,
                $"topic '{refused.ConsumerRecord.Topic}' may not be read: grant this user READ on it; what was sent " +
                "there is looked up before anything is sent again");
        }
        throw Unresolved($"for more than {patience.TotalSeconds:F0} s open transactions of others, or brokers that " +
            "are away, were in the way");
    }

    private static KafkaFailureException Unresolved(string reason) => new(
        KafkaFailure.TransactionUnresolved, $"what was sent before could not be looked up: {reason}");
}
