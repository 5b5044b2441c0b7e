using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>
/// Partitions that were assigned and have sent nothing yet: no message, no end, no missing offset. When the group's
/// coordinator moves while the client asks for a partition's offset, the client gives up and logs it (librdkafka 2.12
/// to 2.16). It would never read the partition. So a partition that stays silent while nothing else is queued needs
/// attention.
/// </summary>
internal sealed class SilentPartitions(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<TopicPartition, long> since = [];

    /// <summary>Whether there are any.</summary>
    public bool Any => since.Count > 0;

    /// <summary>From now on the partition is expected to send something.</summary>
    public void Expect(TopicPartition partition) => since[partition] = clock.GetTimestamp();

    /// <summary>The partition sent something, or is no longer ours.</summary>
    public void Forget(TopicPartition partition)
    {
        // Called for every message, so the usual case costs only a comparison.
        if (since.Count > 0)
            since.Remove(partition);
    }

    /// <summary>Whether the partition sent nothing; then none of its messages is in flight.</summary>
    public bool Contains(TopicPartition partition) => since.ContainsKey(partition);

    /// <summary>
    /// Partitions that were silent for too long; they get the same time again. Call when nothing is queued.
    /// </summary>
    /// <param name="paused">Partitions that are silent because we paused them.</param>
    public IReadOnlyList<TopicPartition> Overdue(IReadOnlySet<TopicPartition> paused)
    {
        if (since.Count == 0)
            return [];
        foreach (var partition in paused)
            if (since.ContainsKey(partition))
                Expect(partition);
        var overdue = since.Where(partition => clock.GetElapsedTime(partition.Value) >= Patience)
            .Select(partition => partition.Key).ToList();
        foreach (var partition in overdue)
            Expect(partition);
        return overdue;
    }
}
