namespace Worker.Kafka.Topics;

/// <summary>A topic to create.</summary>
/// <param name="Partitions">-1 for the broker's default.</param>
/// <param name="ReplicationFactor">-1 for the broker's default.</param>
/// <param name="Compacted">Keep the last record of each key instead of the last days.</param>
public sealed record TopicSpec(string Name, int Partitions = -1, short ReplicationFactor = -1, bool Compacted = false)
{
    /// <summary>Further topic settings, such as <c>max.message.bytes</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);
}
