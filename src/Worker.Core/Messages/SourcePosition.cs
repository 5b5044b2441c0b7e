namespace Worker.Core.Messages;

/// <summary>Where a message lies in Kafka; together the identity of a message.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition, from 0.</param>
/// <param name="Offset">Offset in the partition.</param>
public readonly record struct SourcePosition(string Topic, int Partition, long Offset)
{
    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";
}
