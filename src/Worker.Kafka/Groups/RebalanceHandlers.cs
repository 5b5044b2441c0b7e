using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>What is done when partitions come and go; each is called inside a poll.</summary>
/// <param name="Assigned">More partitions came; none if a round brought none.</param>
/// <param name="Revoked">Partitions go. They stay until this returns.</param>
/// <param name="Lost">Partitions are gone; other workers may already read them.</param>
internal sealed record RebalanceHandlers(
    Action<List<TopicPartition>> Assigned,
    Action<List<TopicPartitionOffset>> Revoked,
    Action<List<TopicPartitionOffset>> Lost)
{
    /// <summary>The handlers before reading begins.</summary>
    public static readonly RebalanceHandlers None = new(_ => { }, _ => { }, _ => { });
}
