using Confluent.Kafka;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Replaying;

/// <summary>
/// How far a writer has come, as a number of its own. Kafka keeps it as an offset of the writer's group, since that is
/// what a transaction can commit together with its records. Nobody reads from there. One thread.
/// </summary>
internal sealed class SentMark(KafkaOptions options, KafkaClients clients) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    // A partition that is there, and that the writer's user may read.
    private readonly TopicPartition place = new(options.Topics.Heads, 0);
    private readonly ClientLog log = clients.Log("SentMark");
    private IConsumer<byte[]?, byte[]?>? outsider;

    private IConsumer<byte[]?, byte[]?> Outsider =>
        outsider ??= clients.Consumer(ClientConfigs.Outsider(options), log);

    /// <summary>The last mark; null for none.</summary>
    /// <exception cref="KafkaFailureException">This user may not use the group.</exception>
    public long? Read(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var offset = Outsider.Committed([place], Patience)[0].Offset;
                return offset.IsSpecial ? null : offset.Value;
            }
            catch (KafkaException refused) when (refused.Error.Code == ErrorCode.GroupAuthorizationFailed)
            {
                throw new KafkaFailureException(
                    KafkaFailure.Unauthorised,
                    $"group '{options.GroupId}' may not be used: grant this user READ on it; it keeps how far the " +
                    "store's records were sent");
            }
            catch (KafkaException error)
            {
                // Brokers are away, or a transaction that ended is not told to the group yet.
                log.Write(error.Error);
                stop.WaitHandle.WaitOne(RetryPause);
            }
        }
    }

    /// <summary>Sets it in a transaction.</summary>
    public void Set(Transaction transaction, long upTo, CancellationToken stop) => transaction.SendOffsets(
        [new TopicPartitionOffset(place, upTo)], Outsider.ConsumerGroupMetadata, stop);

    public void Dispose()
    {
        outsider?.Close();
        outsider?.Dispose();
    }
}
