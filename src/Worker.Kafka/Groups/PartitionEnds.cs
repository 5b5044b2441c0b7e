using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Worker.Kafka.Groups;

/// <summary>
/// Asks which offsets partitions hold, for all of them in two requests per broker. If asked one after another, each
/// would wait for the fetch that its connection is busy with, up to <c>fetch.wait.max.ms</c>.
/// </summary>
internal sealed class PartitionEnds(Handle consumer) : IDisposable
{
    private readonly IAdminClient admin = new DependentAdminClientBuilder(consumer).Build();

    /// <summary>The first offset and the one after the last, for the partitions whose leader answered.</summary>
    /// <exception cref="KafkaException">None did.</exception>
    public Dictionary<TopicPartition, (long First, long End)> Ask(IReadOnlyCollection<TopicPartition> partitions,
        TimeSpan timeout)
    {
        var lowest = Offsets(partitions, OffsetSpec.Earliest(), timeout);
        var highest = Offsets(partitions, OffsetSpec.Latest(), timeout);
        Task.WhenAll(lowest, highest).GetAwaiter().GetResult();
        var ends = highest.Result;
        return lowest.Result.Where(first => ends.ContainsKey(first.Key))
            .ToDictionary(first => first.Key, first => (first.Value, ends[first.Key]));
    }

    public void Dispose() => admin.Dispose();

    private async Task<Dictionary<TopicPartition, long>> Offsets(IReadOnlyCollection<TopicPartition> partitions,
        OffsetSpec which, TimeSpan timeout)
    {
        var asked = partitions.Select(partition =>
            new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which });
        List<ListOffsetsResultInfo> answers;
        try
        {
            answers = (
                await admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = timeout })
                    .ConfigureAwait(false)).ResultInfos;
        }
        catch (ListOffsetsException some)
            when (some.Result.ResultInfos.Exists(info => !info.TopicPartitionOffsetError.Error.IsError))
        {
            answers = some.Result.ResultInfos;
        }
        return answers.Select(info => info.TopicPartitionOffsetError).Where(answer => !answer.Error.IsError)
            .ToDictionary(answer => answer.TopicPartition, answer => answer.Offset.Value);
    }
}
