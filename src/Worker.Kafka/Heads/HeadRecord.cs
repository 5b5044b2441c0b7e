namespace Worker.Kafka.Heads;

/// <summary>One record of the heads topic, as it came: key = label, value = the head, null for a tombstone that retires it.</summary>
public sealed record HeadRecord(byte[]? Key, byte[]? Value, int Partition, long Offset);
