namespace Worker.Core.Messages;

/// <summary>A message's position in Kafka, which is its identity.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition, from 0.</param>
/// <param name="Offset">Offset in the partition.</param>
public readonly record struct SourcePosition(string Topic, int Partition, long Offset)
{
    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";
}
