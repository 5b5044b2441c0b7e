using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Groups;

/// <summary>
/// Detects the end of an outage when no window is in flight, because then only the reader can. Reader's thread only.
/// </summary>
internal sealed class OutageWatch(GroupSession group)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private long looked;

    /// <summary>Whether every partition of ours has a leader that answers, asked now and then.</summary>
    public void Look()
    {
        // It is not over while a fresh producer settles the last window.
        if (!group.Outages.IsOn || group.AwaitsPartitions || group.Ledger.IsRecovering || group.Ledger.AreOffsetsUnknown
            || group.Ledger.InFlight > 0 || group.Clock.GetElapsedTime(looked) < LookEvery)
            return;
        looked = group.Clock.GetTimestamp();
        var topics = group.Options.Topics;
        List<TopicPartition> asked = group.Consumer.Assignment is { Count: > 0 } ours
            ? ours
            : [new(MessageTopics.Of(topics).Names.FirstOrDefault(topics.Results), 0)];
        try
        {
            if (group.AskEnds(asked, LookEvery).Count == asked.Count)
                group.Outages.Works(byReader: true);
        }
        catch (KafkaException)
        {
            // No broker answers, so it goes on.
        }
    }
}
