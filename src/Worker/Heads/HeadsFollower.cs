using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;

namespace Worker.Heads;

/// <summary>
/// Brings records of the heads topic to the registries: all heads that are there at the start in one swap, then those
/// that arrive together in one swap. An anomaly reference is swapped when the last of its records has arrived.
/// </summary>
internal sealed class HeadsFollower(HeadsTopicReader topic, HeadRegistry heads, AnomalyRegistry? anomalies, ILogger log)
{
    private readonly List<HeadChange> behind = [];
    private bool caughtUp;

    /// <summary>Gets the same records, before they are applied.</summary>
    public Action<IReadOnlyList<SourceRecord>>? Also { get; init; }

    /// <summary>Follows until stopped, on its own thread.</summary>
    /// <exception cref="Worker.Kafka.Clients.KafkaFailureException">The topic cannot be read.</exception>
    public Task Run(CancellationToken stop) =>
        Task.Factory.StartNew(() => Follow(stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Follows until stopped, on the caller's thread.</summary>
    /// <inheritdoc cref="Run"/>
    public void Follow(CancellationToken stop) => topic.Run(Take, CatchUp, stop);

    private void Take(IReadOnlyList<SourceRecord> records)
    {
        Also?.Invoke(records);
        var changes = caughtUp ? [] : behind;
        var nameless = new List<SourceRecord>();
        foreach (var record in records)
        {
            if (record.Key is null)
                nameless.Add(record);
            else if (AnomalyRollout.Owns(record.Key))
                anomalies?.Apply(record.Key, record.Value);
            else if (HeadKey.Read(record.Key) is var (label, role))
                changes.Add(new HeadChange(label, record.Value, role));
        }
        if (nameless.Count > 0)
            log.LogError("Heads: {Count} without a key are ignored, the first is record {Partition}@{Offset} of the " +
                "topic: a head's key is its label",
                nameless.Count, nameless[0].Partition, nameless[0].Offset);
        if (caughtUp)
            heads.Apply(changes);
    }

    private void CatchUp()
    {
        caughtUp = true;
        heads.Apply(behind);
        behind.Clear();
        if (heads.Current.Heads.IsEmpty)
            log.LogWarning(
                "The heads topic holds no head that fits this encoder yet: messages wait until one is published " +
                "('worker heads publish')");
    }
}
