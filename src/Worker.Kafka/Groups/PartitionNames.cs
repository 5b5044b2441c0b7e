using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>Names partitions in a line of the log.</summary>
internal static class PartitionNames
{
    /// <summary>"partitions 0-3, 7 of 'messages'", in their order.</summary>
    public static string Of(IEnumerable<TopicPartition> partitions) => string.Join(" and ", partitions
        .GroupBy(partition => partition.Topic, partition => partition.Partition.Value, StringComparer.Ordinal)
        .Select(topic =>
            $"{(topic.Count() == 1 ? "partition" : "partitions")} {Ranges([.. topic.Order()])} of '{topic.Key}'"));

    private static string Ranges(int[] numbers)
    {
        var ranges = new List<string>();
        for (var i = 0; i < numbers.Length; i++)
        {
            var first = i;
            while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1)
                i++;
            ranges.Add(first == i ? $"{numbers[i]}" : $"{numbers[first]}-{numbers[i]}");
        }
        return string.Join(", ", ranges);
    }
}
