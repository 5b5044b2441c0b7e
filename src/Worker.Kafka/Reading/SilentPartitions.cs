using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>
/// Partitions that were assigned and of which nothing was heard yet: no message, no end, no missing offset. The client
/// gives up asking for a partition's offset when the group's coordinator moves at that moment (librdkafka 2.12 to
/// 2.16), logs it, and would never read the partition: one that stays silent while nothing else is queued must be
/// looked after.
/// </summary>
internal sealed class SilentPartitions(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<TopicPartition, long> since = [];

    /// <summary>Whether there are such.</summary>
    public bool Any => since.Count > 0;

    /// <summary>From now on it is expected to be heard of.</summary>
    public void Expect(TopicPartition partition) => since[partition] = clock.GetTimestamp();

    /// <summary>It was heard of, or is no longer ours.</summary>
    public void Forget(TopicPartition partition)
    {
        // Once for every message: the usual case costs a comparison.
        if (since.Count > 0)
            since.Remove(partition);
    }

    /// <summary>Whether nothing was heard of it: none of its messages is in flight.</summary>
    public bool Contains(TopicPartition partition) => since.ContainsKey(partition);

    /// <summary>Those silent for too long; they are given as much time again. Call when nothing is queued.</summary>
    /// <param name="paused">Silent because we want it so.</param>
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
