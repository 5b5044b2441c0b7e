using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Replaying;

/// <summary>A record that has a name of its own among all that are ever written under one identity.</summary>
public readonly record struct NamedRecord(string Name, OutgoingRecord Record);

/// <summary>
/// Writes records that are kept elsewhere until they are on their topics, each exactly once, whoever dies when. What
/// is there is told by the topics themselves: each record carries its name, a fresh writer looks for the names before
/// it writes (<see cref="Find"/>), and <see cref="Write"/> returns only when a read_committed reader has seen them.
/// What brokers acknowledge is not enough: if they fail just then, they may end a transaction without telling
/// partitions (docs/delivery.md, "What Kafka itself breaks"). With at-least-once delivery nothing is looked up. One
/// thread.
/// </summary>
public sealed class NamedWriter : IDisposable
{
    /// <summary>The header that holds the name.</summary>
    public const string Header = "worker-record";

    /// <summary>Records are looked for from so long before they were made: clocks differ.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromHours(1);

    private readonly Dictionary<string, int> partitions = new(StringComparer.Ordinal);
    private readonly TransactionalWriter writer;
    private readonly NamesOnTopics names;
    private readonly TopicAdmin topics;
    private readonly TimeSpan patience;
    private readonly bool isExact;

    /// <inheritdoc cref="TransactionalWriter(KafkaOptions, ILoggerFactory, TimeProvider, Heartbeat, OutageLog)"/>
    public NamedWriter(
        KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, Heartbeat heartbeat, OutageLog? outages)
    {
        writer = new TransactionalWriter(options, loggers, clock, heartbeat, outages);
        names = new NamesOnTopics(options, new KafkaClients(options, loggers, clock, outages), clock, heartbeat);
        topics = new TopicAdmin(options, loggers, clock, outages);
        patience = CommittedReader.Patience(options);
        isExact = options.Delivery == DeliveryMode.ExactlyOnce;
    }

    /// <inheritdoc cref="TransactionalWriter.Start"/>
    public void Start(CancellationToken stop) => writer.Start(stop);

    /// <summary>Which of the records are on their topics already. Ask after <see cref="Start"/>.</summary>
    /// <param name="records">In the order in which they are, or were, written.</param>
    /// <param name="since">When the first of them was made.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="KafkaFailureException">It cannot be known: nothing may be written.</exception>
    public IReadOnlySet<string> Find(
        IReadOnlyList<NamedRecord> records, DateTimeOffset since, CancellationToken stop)
    {
        if (!isExact)
            return new HashSet<string>();
        var routed = Routed(records, stop);
        writer.Settle(routed, stop);
        var there = names.Read(
            [.. routed.Select(record => record.Topic).Distinct(StringComparer.Ordinal).SelectMany(topic =>
                Enumerable.Range(0, partitions[topic]).Select(partition =>
                    new Confluent.Kafka.TopicPartition(topic, partition)))],
            since - ClocksDiffer, writer.Places, patience, stop);
        // A compacted topic keeps the last of a key: then those before it were there too.
        var later = new HashSet<(string Topic, string Key)>();
        foreach (var (name, record) in records.Reverse())
            if (record.Key is { } key)
            {
                var place = (record.Topic, Convert.ToHexString(key));
                if (there.Contains(name))
                    later.Add(place);
                else if (later.Contains(place))
                    there.Add(name);
            }
        return there;
    }

    /// <summary>Writes all of the records, or none, and returns when they can be read.</summary>
    /// <exception cref="KafkaFailureException">
    /// As <see cref="TransactionalWriter.Write"/>; or it is not certain that they were written: a fresh writer finds
    /// out.
    /// </exception>
    public void Write(IReadOnlyList<NamedRecord> records, CancellationToken stop)
    {
        writer.Write(Routed(records, stop), stop);
        if (!isExact)
            return;
        var seen = names.Read(writer.Places, patience, stop);
        if (!records.All(record => seen.Contains(record.Name)))
            throw new KafkaFailureException(KafkaFailure.TransactionUnresolved,
                "brokers acknowledged a transaction of which not all can be read");
    }

    public void Dispose()
    {
        writer.Dispose();
        names.Dispose();
        topics.Dispose();
    }

    /// <summary>
    /// With their names; a record without a key goes to a partition that its name leads to, so that an earlier
    /// writer's copy is in the same one.
    /// </summary>
    private List<OutgoingRecord> Routed(IReadOnlyList<NamedRecord> records, CancellationToken stop)
    {
        List<string> unknown = [.. records.Select(one => one.Record.Topic).Distinct(StringComparer.Ordinal)
            .Where(topic => !partitions.ContainsKey(topic))];
        if (unknown.Count > 0)
        {
            topics.Require(unknown, stop);
            foreach (var (topic, count) in topics.Partitions(unknown, stop))
                partitions[topic] = count;
        }
        return [.. records.Select(one =>
        {
            var name = Encoding.UTF8.GetBytes(one.Name);
            return one.Record with
            {
                Headers = [.. one.Record.Headers ?? [], new RecordHeader(Header, name)],
                // FNV-1a: the same in every process. Of no account where there is a key.
                Partition = (int)(name.Aggregate(2166136261u, (hash, next) => (hash ^ next) * 16777619u)
                    % (uint)partitions[one.Record.Topic]),
            };
        })];
    }
}
