using Confluent.Kafka;

namespace Worker.Kafka.Publishing;

/// <summary>Offsets of one partition, both included.</summary>
internal readonly record struct OffsetSpan(long First, long Last)
{
    public bool Holds(long offset) => offset >= First && offset <= Last;
}

/// <summary>
/// The first and the last offset that were written to each partition. Reports come in runs of one partition, so few
/// need a lookup.
/// </summary>
internal sealed class WrittenPlaces
{
    private readonly Dictionary<TopicPartition, Place> places = [];
    private Place? current;

    public void Add(TopicPartitionOffset written)
    {
        if (current is null || written.Partition.Value != current.Partition
            || !string.Equals(written.Topic, current.Topic, StringComparison.Ordinal))
        {
            var where = written.TopicPartition;
            if (!places.TryGetValue(where, out current))
                places.Add(where, current = new Place(where.Topic, where.Partition.Value, written.Offset.Value));
        }
        current.Reach(written.Offset.Value);
    }

    public void Clear()
    {
        places.Clear();
        current = null;
    }

    public Dictionary<TopicPartition, OffsetSpan> ToDictionary() =>
        places.ToDictionary(place => place.Key, place => place.Value.Span);

    private sealed class Place(string topic, int partition, long first)
    {
        public string Topic => topic;

        public int Partition => partition;

        public OffsetSpan Span { get; private set; } = new(first, first);

        public void Reach(long last) => Span = Span with { Last = last };
    }
}
