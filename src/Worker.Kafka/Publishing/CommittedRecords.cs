using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Looks up which written records a read_committed reader sees, from where the first was written to the end of each
/// partition. Records are identified by topic, key, value and headers; equal ones are counted.
/// </summary>
internal static class CommittedRecords
{
    /// <summary>Errors that mean that a partition may not, or cannot, be read.</summary>
    public static readonly ErrorCode[] Refusals = [ErrorCode.TopicAuthorizationFailed, ErrorCode.UnknownTopicOrPart];

    /// <param name="reader">With <see cref="Refusals"/>.</param>
    /// <param name="window">Its records, and where they were written.</param>
    /// <param name="patience">How long to wait for the end of other workers' open transactions, which hide everything
    /// after them.</param>
    /// <returns>One sighting per record; null if not every partition could be read to the end of what was
    /// written.</returns>
    /// <exception cref="KafkaException">The partitions may not be read.</exception>
    public static Sighting[]? Look(
        CommittedReader reader, UndecidedWindow window, TimeSpan patience, CancellationToken stop)
    {
        var wanted = new Dictionary<Content, Queue<int>>();
        for (var i = 0; i < window.Records.Count; i++)
        {
            var content = Content.Of(window.Records[i]);
            if (!wanted.TryGetValue(content, out var same))
                wanted.Add(content, same = new Queue<int>());
            same.Enqueue(i);
        }
        var firsts = window.Places.SelectMany(places => places).GroupBy(place => place.Key, place => place.Value.First)
            .ToDictionary(place => place.Key, place => place.Min());
        var lasts = window.Places.SelectMany(places => places).GroupBy(place => place.Key, place => place.Value.Last)
            .ToDictionary(place => place.Key, place => place.Max());
        var seen = new Sighting[window.Records.Count];
        var isRead = reader.Read(
            [.. firsts.Select(first => new TopicPartitionOffset(first.Key, first.Value))], lasts, patience, result =>
            {
                if (wanted.TryGetValue(Content.Of(result), out var same) && same.TryDequeue(out var index))
                    seen[index] = window.Places.Exists(places =>
                        places.TryGetValue(result.TopicPartition, out var span) && span.Holds(result.Offset.Value))
                        ? Sighting.Here : Sighting.Later;
            }, stop);
        return isRead ? seen : null;
    }

    private readonly struct Content(
        string topic, byte[]? key, byte[]? value, RecordHeader[] headers) : IEquatable<Content>
    {
        private readonly string topic = topic;
        private readonly byte[]? key = key;
        private readonly byte[]? value = value;
        private readonly RecordHeader[] headers = headers;

        public static Content Of(in OutgoingRecord record) =>
            new(record.Topic, record.Key, record.Value, record.Headers ?? []);

        public static Content Of(ConsumeResult<byte[]?, byte[]?> result) =>
            new(result.Topic, result.Message.Key, result.Message.Value,
                SourceRecord.From(result, result.Topic).Headers);

        public bool Equals(Content other) =>
            topic == other.topic && Same(key, other.key) && Same(value, other.value)
                && headers.Length == other.headers.Length &&
            headers.Zip(other.headers).All(pair =>
                pair.First.Name == pair.Second.Name && Same(pair.First.Value, pair.Second.Value));

        public override bool Equals(object? obj) => obj is Content other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(topic);
            hash.AddBytes(key);
            hash.AddBytes(value);
            return hash.ToHashCode();
        }

        private static bool Same(byte[]? one, byte[]? other) =>
            (one is null) == (other is null) && one.AsSpan().SequenceEqual(other);
    }
}
