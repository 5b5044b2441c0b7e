using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Where records without a key go, so that those of one source partition stay in order: to its number, modulo the
/// partition count of their topic. Publisher's thread only.
/// </summary>
internal sealed class KeylessRoutes(
    KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null) : IDisposable
{
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private TopicAdmin? admin;
    private SourceWindow? window;

    /// <summary>
    /// Before a window is produced: asks for the partition counts that its records need and that are not known yet.
    /// </summary>
    /// <exception cref="KafkaFailureException">A topic does not exist or may not be seen.</exception>
    public void Prepare(SourceWindow source, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        window = source;
        for (var i = 0; i < records.Count; i++)
            if (records[i] is { Key: null, Source: >= 0 } record && !counts.ContainsKey(record.Topic))
                counts[record.Topic] = Ask(record.Topic, stop);
    }

    /// <summary>
    /// Where a record without a source goes: any partition with a key, for the client follows the key, so that those of
    /// one key stay in order whatever else the record says.
    /// </summary>
    public static Partition Own(in OutgoingRecord record) =>
        record.Key is null ? new Partition(record.Partition) : Partition.Any;

    /// <summary>The partition for a record of that window; its own if it has no source there.</summary>
    public Partition Of(in OutgoingRecord record) =>
        record.Key is not null || record.Source < 0
            ? Own(record)
            : new Partition(window!.Records[record.Source].Partition % counts[record.Topic]);

    /// <summary>After a failure: a topic may have been recreated with other partitions.</summary>
    public void Forget() => counts.Clear();

    public void Dispose() => admin?.Dispose();

    private int Ask(string topic, CancellationToken stop)
    {
        admin ??= new TopicAdmin(options, loggers, clock, outages);
        admin.Require([topic], stop);
        return admin.Partitions([topic], stop)[topic];
    }
}
