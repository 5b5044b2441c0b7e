using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// One record to produce. The partition follows from the key as Java clients choose it (murmur2). A record without a
/// key goes to its source's partition number, modulo the topic's partition count, so that its order is kept. Without a
/// source either, it goes to <paramref name="Partition"/>. The arrays are read while the window is being published and
/// must not change until that has ended.
/// </summary>
/// <param name="Headers">Null for none.</param>
/// <param name="TimestampMs">Milliseconds since 1970-01-01 UTC; null for now.</param>
/// <param name="Source">The index in the window of the message it comes from; -1 for none. At most one record per
/// message and topic.</param>
/// <param name="Partition">For a record without a key and a source; -1 for any.</param>
public readonly record struct OutgoingRecord(
    string Topic, byte[]? Key, byte[]? Value, RecordHeader[]? Headers = null, long? TimestampMs = null,
    int Source = -1, int Partition = -1);

/// <summary>How publishing a window ended when nothing failed.</summary>
public enum PublishOutcome
{
    /// <summary>Everything is in Kafka, and the offsets are committed.</summary>
    Committed,

    /// <summary>
    /// At-least-once only: everything is in Kafka but the group was rebalancing, so the offsets are not committed. The
    /// next window's commit covers them, or the partition's next owner processes this window again.
    /// </summary>
    PublishedOnly,

    /// <summary>The window was stale: nothing of it was published.</summary>
    Abandoned,
}
