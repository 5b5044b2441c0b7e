using Confluent.Kafka;

namespace Worker.Testing;

/// <summary>The oracle's view of a topic: what a read_committed reader sees.</summary>
internal static class CommittedTopic
{
    /// <summary>
    /// Reads from the beginning until the end has been reached with at least <paramref name="minimum"/> messages and is
    /// still the end a moment later, or until the time is up.
    /// </summary>
    public static List<ConsumeResult<byte[], byte[]>> Read(
        string bootstrapServers, string topic, int partitions, int minimum, double seconds = 30)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "oracle",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(
            Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var all = new List<ConsumeResult<byte[], byte[]>>();
        var ends = new HashSet<int>();
        var deadline = Environment.TickCount64 + (long)(seconds * 1000);
        var quietUntil = long.MaxValue;
        while (Environment.TickCount64 < Math.Min(deadline, quietUntil))
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(50));
            if (result is { IsPartitionEOF: true })
                ends.Add(result.Partition.Value);
            else if (result is not null)
            {
                all.Add(result);
                ends.Remove(result.Partition.Value);
                quietUntil = long.MaxValue;
            }
            if (ends.Count == partitions && all.Count >= minimum && quietUntil == long.MaxValue)
                quietUntil = Environment.TickCount64 + 300;
        }
        consumer.Close();
        return all;
    }
}
