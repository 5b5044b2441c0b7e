using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>Where no window is in flight, only the reader can see that an outage is over.</summary>
public sealed partial class WindowReader
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private long looked;

    /// <summary>Partitions were lost, and the group has not said since what is ours.</summary>
    private bool awaitsGroup;

    /// <summary>Whether every partition of ours has a leader that answers, asked now and then.</summary>
    private void LookAfterOutage()
    {
        // While a fresh producer settles the last window, it is not over.
        if (!Outages.IsOn || awaitsGroup || Ledger.IsRecovering || Ledger.AreOffsetsUnknown || Ledger.InFlight > 0
            || clock.GetElapsedTime(looked) < LookEvery)
            return;
        looked = clock.GetTimestamp();
        List<TopicPartition> asked = life.Consumer.Assignment is { Count: > 0 } ours
            ? ours
            : [new(MessageTopics.Of(options.Topics).Names.FirstOrDefault(options.Topics.Results), 0)];
        try
        {
            if (life.Ends.Ask(asked, LookEvery).Count == asked.Count)
                Outages.Works(byReader: true);
        }
        catch (KafkaException)
        {
            // Nobody answers: it goes on.
        }
    }
}
