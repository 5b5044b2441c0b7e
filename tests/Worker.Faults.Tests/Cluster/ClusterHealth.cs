using Confluent.Kafka;

namespace Worker.Faults.Tests.Cluster;

/// <summary>Asks the brokers who leads and who is in sync.</summary>
internal sealed class ClusterHealth(string bootstrapServers, Func<long> now) : IDisposable
{
    private readonly IAdminClient admin = new AdminClientBuilder(new AdminClientConfig
    {
        BootstrapServers = bootstrapServers,
        SocketTimeoutMs = 3_000,
        ReconnectBackoffMaxMs = 500,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>
    /// Waits until every partition has a leader, and neither that leader nor an in-sync replica is the given broker: as
    /// long as a dead one counts as in sync nothing is acknowledged. Returns the time in ms of the run, or null if it
    /// took too long.
    /// </summary>
    public Task<long?> LedWithout(int broker, TimeSpan patience, CancellationToken stop) =>
        Until(partition => partition.Leader > 0 && partition.Leader != broker + 1
            && !partition.InSyncReplicas.Contains(broker + 1), patience, stop);

    /// <summary>Waits until every partition has a leader; likewise.</summary>
    public Task<long?> Led(TimeSpan patience) =>
        Until(partition => partition.Leader > 0, patience, CancellationToken.None);

    /// <summary>Waits until every replica is in sync; likewise.</summary>
    public Task<long?> AllInSync(TimeSpan patience) =>
        Until(partition => partition.Leader > 0
            && partition.InSyncReplicas.Length == partition.Replicas.Length, patience, CancellationToken.None);

    /// <summary>The broker (from 0) that leads a partition now, or null if the partition is not known.</summary>
    public int? Leader(string topic, int partition) =>
        admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Find(other => other.Topic == topic)?
            .Partitions.Find(other => other.PartitionId == partition) is { Leader: > 0 } led ? led.Leader - 1 : null;

    public void Dispose() => admin.Dispose();

    private async Task<long?> Until(Func<PartitionMetadata, bool> holds, TimeSpan patience, CancellationToken stop)
    {
        var deadline = now() + (long)patience.TotalMilliseconds;
        while (now() < deadline && !stop.IsCancellationRequested)
        {
            try
            {
                // Blocks for a round trip: not on a thread that others wait for.
                var topics = await Task.Factory.StartNew(
                    () => admin.GetMetadata(TimeSpan.FromSeconds(3)).Topics, TaskCreationOptions.LongRunning);
                if (topics.Count > 0
                    && topics.TrueForAll(topic => topic.Partitions.TrueForAll(partition => holds(partition))))
                    return now();
            }
            catch (KafkaException)
            {
                // The broker that was asked is the one that is away, so ask again.
            }
            await Task.Delay(100, CancellationToken.None);
        }
        return null;
    }
}
