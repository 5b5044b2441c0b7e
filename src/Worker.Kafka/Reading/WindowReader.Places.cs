using Confluent.Kafka;

namespace Worker.Kafka.Reading;

/// <summary>Where the reader stands, for probes and metrics; any thread.</summary>
public sealed partial class WindowReader
{
    private volatile bool isAssigned;

    /// <summary>Whether the group has told this worker its partitions at least once; none is an answer, too.</summary>
    public bool IsAssigned => isAssigned;

    /// <summary>The partitions that are read now, and the end of each as the last fetch told it; −1 where none has.</summary>
    public IReadOnlyList<(string Topic, int Partition, long End)> Ends()
    {
        try
        {
            return [.. life.Consumer.Assignment.Select(partition => (partition.Topic, partition.Partition.Value, Math.Max(-1, life.Consumer.GetWatermarkOffsets(partition).High.Value)))];
        }
        catch (Exception ended) when (ended is ObjectDisposedException or KafkaException)
        {
            // A consumer that is being replaced reads nothing just now.
            return [];
        }
    }
}
