namespace Worker.Kafka.Inspection;

/// <summary>A cluster as this worker's user sees it.</summary>
/// <param name="Brokers">How many there are.</param>
public sealed record ClusterFacts(int Brokers, string Id);

/// <summary>A topic as this worker's user sees it.</summary>
/// <param name="Partitions">0 if it does not exist, or this user may not see it.</param>
/// <param name="Replicas">Of the partition with the fewest.</param>
/// <param name="Rights">What this user may do with it, in Kafka's words (READ, WRITE, ...); null if the broker does not
/// say.</param>
/// <param name="Hidden">This user may not even see whether it exists.</param>
public sealed record TopicFacts(string Name, int Partitions, int Replicas, IReadOnlySet<string>? Rights, bool Hidden)
{
    /// <summary>The topic's settings; null if this user may not ask for them (DESCRIBE_CONFIGS).</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }
}
