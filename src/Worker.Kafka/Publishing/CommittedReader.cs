using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Reads what a read_committed reader sees, to the end of what was written. Others' open transactions hide everything
/// after them, so their end is waited for. The client is made when it is first needed. One thread.
/// </summary>
/// <param name="refusals">Errors of a partition that are no passing trouble of its leader.</param>
internal sealed class CommittedReader(
    KafkaOptions options, KafkaClients clients, ClientLog log, TimeProvider clock, params ErrorCode[] refusals)
    : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BeyondTimeLimit = TimeSpan.FromSeconds(3);
    private IConsumer<byte[]?, byte[]?>? consumer;

    private IConsumer<byte[]?, byte[]?> Consumer
    {
        get
        {
            if (consumer is not null)
                return consumer;
            var config = ClientConfigs.AssignedConsumer(options);
            // Regardless of the user's setting for the input: aborted records must not count as written.
            config.IsolationLevel = IsolationLevel.ReadCommitted;
            return consumer = clients.Consumer(config, log);
        }
    }

    /// <summary>Longer than others' transactions may be open.</summary>
    public static TimeSpan Patience(KafkaOptions options) =>
        TimeSpan.FromMilliseconds(options.TransactionTimeoutMs) + BeyondTimeLimit;

    /// <summary>In each partition the offset of the first record from a time on.</summary>
    /// <param name="since">By the records' timestamps.</param>
    /// <param name="limit">Of the call.</param>
    /// <exception cref="KafkaException">No broker says so.</exception>
    public IReadOnlyList<TopicPartitionOffset> Starts(
        IEnumerable<TopicPartition> partitions, DateTimeOffset since, TimeSpan limit) =>
        Consumer.OffsetsForTimes(
            partitions.Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(since))), limit);

    /// <summary>Reads each partition from an offset to its end.</summary>
    /// <param name="starts">From where on.</param>
    /// <param name="lasts">In these partitions beyond these offsets: an end before is that of what is decided so
    /// far.</param>
    /// <param name="patience">How long all of it may take.</param>
    /// <param name="seen">Told of every record.</param>
    /// <returns>Whether every partition was read so far.</returns>
    /// <exception cref="ConsumeException">A refusal, or the client has ended.</exception>
    public bool Read(
        IReadOnlyCollection<TopicPartitionOffset> starts, IReadOnlyDictionary<TopicPartition, long> lasts,
        TimeSpan patience, Action<ConsumeResult<byte[]?, byte[]?>> seen, CancellationToken stop)
    {
        var open = starts.Select(start => start.TopicPartition).ToHashSet();
        var started = clock.GetTimestamp();
        Consumer.Assign(starts);
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(started) > patience)
                return false;
            if (Next() is not { } result)
                continue;
            if (!result.IsPartitionEOF)
                seen(result);
            else if (!lasts.TryGetValue(result.TopicPartition, out var last) || result.Offset.Value > last)
                open.Remove(result.TopicPartition);
        }
        Consumer.Unassign();
        return true;
    }

    public void Dispose()
    {
        consumer?.Close();
        consumer?.Dispose();
    }

    private ConsumeResult<byte[]?, byte[]?>? Next()
    {
        try
        {
            return Consumer.Consume(Slice);
        }
        catch (ConsumeException error) when (!error.Error.IsFatal && !refusals.Contains(error.Error.Code))
        {
            // A leader is away; the client continues by itself.
            return null;
        }
    }
}
