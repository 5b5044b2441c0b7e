using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;

namespace Worker.Rollout;

/// <summary>
/// Rolls an anomaly reference out over the heads topic: chunks, then the manifest that makes them count, then tombstones
/// for the chunks of earlier references. Stopped anywhere, workers go on with what they had, and the next publication
/// clears what was left.
/// </summary>
internal static class AnomalyPublishing
{
    private const string Name = "a record of the anomaly reference";

    /// <summary>Publishes a reference; ends when every record is acknowledged.</summary>
    /// <returns>Records of the reference.</returns>
    /// <exception cref="Kafka.Clients.KafkaFailureException">A record was not acknowledged; publish again.</exception>
    public static async Task<int> Publish(KafkaOptions options, HeadsTopicWriter topic, byte[] reference, ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        var records = AnomalyRollout.Split(reference);
        await Task.WhenAll(records.SkipLast(1).Select(record => topic.PublishAsync(record.Key, record.Value, Name, stop)));
        await topic.PublishAsync(records[^1].Key, records[^1].Value, Name, stop);
        await Clear(options, topic, AnomalyRollout.HashOf(reference), loggers, clock, stop);
        return records.Count;
    }

    /// <summary>Withdraws the reference: workers go on without one.</summary>
    public static async Task Withdraw(KafkaOptions options, HeadsTopicWriter topic, ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        await topic.PublishAsync(AnomalyRollout.ManifestKey, null, Name, stop);
        await Clear(options, topic, "", loggers, clock, stop);
    }

    /// <summary>Tombstones for all chunks on the topic but those of one reference.</summary>
    private static async Task Clear(KafkaOptions options, HeadsTopicWriter topic, string keep, ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        var outdated = AnomalyRollout.Outdated(await Keys(options, loggers, clock, stop), keep);
        await Task.WhenAll(outdated.Select(record => topic.PublishAsync(record.Key, record.Value, Name, stop)));
    }

    /// <summary>Keys of the topic's records that belong to references and are not tombstones.</summary>
    private static async Task<List<byte[]>> Keys(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new HeadsTopicReader(options, loggers, clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.Factory.StartNew(() => reader.Run(Take, enough.Cancel, enough.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        stop.ThrowIfCancellationRequested();
        return [.. keys.Values];

        void Take(HeadRecord record)
        {
            if (record.Key is null || !AnomalyRollout.Owns(record.Key))
                return;
            if (record.Value is null)
                keys.Remove(Convert.ToHexString(record.Key));
            else
                keys[Convert.ToHexString(record.Key)] = record.Key;
        }
    }
}
