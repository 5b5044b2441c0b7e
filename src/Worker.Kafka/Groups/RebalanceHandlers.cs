using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>What is done when partitions come and go; each is called inside a poll.</summary>
/// <param name="Assigned">More partitions came; none, where a round brought nothing.</param>
/// <param name="Revoked">Partitions go. They stay until this returns.</param>
/// <param name="Lost">Partitions are gone: others may read them already.</param>
internal sealed record RebalanceHandlers(
    Action<List<TopicPartition>> Assigned,
    Action<List<TopicPartitionOffset>> Revoked,
    Action<List<TopicPartitionOffset>> Lost)
{
    /// <summary>Before somebody reads.</summary>
    public static readonly RebalanceHandlers None = new(_ => { }, _ => { }, _ => { });
}
