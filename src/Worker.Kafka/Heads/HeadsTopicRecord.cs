namespace Worker.Kafka.Heads;

/// <summary>
/// One record of the heads topic, unparsed. On a head's way (see <see cref="Core.Heads.Head"/>) this folder carries it
/// from the file to the workers.
/// </summary>
/// <param name="Key">The label, in UTF-8; records of an anomaly reference have other keys.</param>
/// <param name="Value">The head as JSON; null for a tombstone, which retires the label.</param>
/// <param name="Partition">Where it lies.</param>
/// <param name="Offset">Where it lies.</param>
public sealed record HeadsTopicRecord(byte[]? Key, byte[]? Value, int Partition, long Offset);
