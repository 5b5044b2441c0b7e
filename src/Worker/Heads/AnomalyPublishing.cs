using Worker.Core.Anomaly;
using Worker.Kafka.Heads;

namespace Worker.Heads;

/// <summary>
/// Rolls out an anomaly reference over the heads topic: chunks, then the manifest that puts them into use, then
/// tombstones for the chunks of earlier references. If it stops anywhere, workers go on with what they had, and the
/// next publication removes the leftovers.
/// </summary>
internal static class AnomalyPublishing
{
    private const string Name = "a record of the anomaly reference";

    /// <summary>Publishes a reference; ends when every record is acknowledged.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="reference">Its bytes.</param>
    /// <param name="there">Keys of the reference records on the topic.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>The number of records of the reference.</returns>
    /// <exception cref="Kafka.Clients.KafkaFailureException">A record was not acknowledged; publish again.</exception>
    public static async Task<int> Publish(
        HeadsTopicWriter topic, byte[] reference, IEnumerable<byte[]> there, CancellationToken stop)
    {
        var records = AnomalyRollout.Split(reference);
        await Task.WhenAll(
            records.SkipLast(1).Select(record => topic.PublishAsync(record.Key, record.Value, Name, stop)));
        await topic.PublishAsync(records[^1].Key, records[^1].Value, Name, stop);
        await Clear(topic, there, AnomalyRollout.HashOf(reference), stop);
        return records.Count;
    }

    /// <summary>Withdraws the reference: workers go on without one.</summary>
    public static async Task Withdraw(HeadsTopicWriter topic, IEnumerable<byte[]> there, CancellationToken stop)
    {
        await topic.PublishAsync(AnomalyRollout.ManifestKey, null, Name, stop);
        await Clear(topic, there, "", stop);
    }

    /// <summary>Tombstones for all chunks on the topic but those of one reference.</summary>
    private static Task Clear(HeadsTopicWriter topic, IEnumerable<byte[]> there, string keep, CancellationToken stop) =>
        Task.WhenAll(AnomalyRollout.Outdated(there, keep)
            .Select(record => topic.PublishAsync(record.Key, record.Value, Name, stop)));
}
