using Worker.Core.Heads;
using Worker.Heads;
using Worker.Kafka.Groups;

namespace Worker.Learner;

/// <summary>A label's head in use.</summary>
/// <param name="Head">The head.</param>
/// <param name="Since">Since when; null where the topic does not say.</param>
internal sealed record Champion(Head Head, DateTimeOffset? Since);

/// <summary>The heads topic as learners see it: what is in use, and which versions were there. Any thread.</summary>
internal sealed class Champions(string topic)
{
    private readonly Lock gate = new();
    private readonly TopicHeads heads = new(topic, followed: null);

    /// <summary>Takes records of the topic, those of a partition in their order.</summary>
    public void Take(IReadOnlyList<SourceRecord> records)
    {
        lock (gate)
            foreach (var record in records)
                heads.Take(record);
    }

    /// <summary>The head in use of a label; null where there is none.</summary>
    public Champion? Find(string label)
    {
        lock (gate)
            return heads.Find(label) is { Head: { } head } entry ? new Champion(head, entry.Written) : null;
    }

    /// <summary>Whether somebody took the label out of service.</summary>
    public bool IsRetired(string label)
    {
        lock (gate)
            return heads.Find(label) is { IsTombstone: true };
    }

    /// <summary>Whether a challenger of the label runs in shadow, or would if the label had a head.</summary>
    public bool HasChallenger(string label)
    {
        lock (gate)
            return heads.Challenger(label) is not null;
    }

    /// <summary>The canary that decides a share of a label's messages; null for none.</summary>
    public Head? Canary(string label)
    {
        lock (gate)
            return heads.Canary(label);
    }

    /// <summary>The last record of a label's canary, which may be a tombstone; null if there is none.</summary>
    public HeadEntry? CanaryRecord(string label)
    {
        lock (gate)
            return heads.CanaryRecord(label);
    }

    /// <summary>The lowest version above all that the topic holds of a label.</summary>
    public int NextVersion(string label)
    {
        lock (gate)
            return heads.NextVersion(label);
    }
}
