using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Heads;

/// <summary>
/// Reads the compacted heads topic from its beginning and then watches it. Every worker reads all of it, so there is no
/// group and nothing is committed. Records that arrive together are reported together, so that heads that were
/// published together are used together. Records without a valid signature are left out, if there is a key to check
/// with.
/// </summary>
public sealed partial class HeadsTopicReader : IDisposable
{
    /// <summary>
    /// How long a poll waits. After a single record, a silence of this length ends the group of records.
    /// </summary>
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The silence that ends the group after several records. A large publication comes in requests of about 1 MB, and
    /// a busy broker takes a while for each.
    /// </summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(1);

    /// <summary>Records that keep coming are reported after this time at the latest.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(10);

    /// <summary>Maximum bytes of values that are held back, plus one record.</summary>
    private const int BatchBytes = 32 << 20;

    /// <summary>Maximum number of names in a log line.</summary>
    private const int MaximumNamed = 5;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly TimeProvider clock;
    private readonly ClientLog log;
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly TopicAdmin topics;
    private long looked;

    /// <param name="options">How to connect.</param>
    /// <param name="loggers">For its log lines.</param>
    /// <param name="clock">For its waiting times.</param>
    /// <param name="outages">The worker's; null for a command that a person waits for.</param>
    public HeadsTopicReader(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
    {
        this.options = options;
        this.clock = clock;
        Signatures = new HeadSignatures(options);
        clients = new KafkaClients(options, loggers, clock, outages);
        log = clients.Log("Heads");
        consumer = clients.Consumer(ClientConfigs.AssignedConsumer(options), log);
        // Over the consumer's own connections. For a topic that it does not know yet, the consumer would look only
        // every second.
        topics = TopicAdmin.Of(consumer.Handle, options, log, loggers, clock);
    }

    /// <summary>What records are checked with; by default the keys of the options.</summary>
    public HeadSignatures Signatures { get; init; }

    /// <summary>Called with how many records were left out, for their signatures.</summary>
    public Action<int>? OnRefused { get; init; }

    /// <summary>
    /// Blocks until <paramref name="stop"/>; give it its own thread. It waits for a broker or topic that is not there
    /// yet.
    /// </summary>
    /// <param name="onRecords">Called with records that arrived together; those of a partition in their order.</param>
    /// <param name="onCaughtUp">Called once, when all records from before the start have been reported.</param>
    /// <exception cref="KafkaFailureException">The topic cannot be read: stop.</exception>
    public void Run(Action<IReadOnlyList<SourceRecord>> onRecords, Action onCaughtUp, CancellationToken stop)
    {
        HashSet<int> behind;
        try
        {
            behind = AssignAll(stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        var batch = new List<SourceRecord>();
        var (bytes, first, last) = (0L, 0L, 0L);
        while (!stop.IsCancellationRequested)
        {
            var result = Poll();
            if (result is null)
                LookAfterOutage();
            if (result is { IsPartitionEOF: false })
            {
                last = clock.GetTimestamp();
                first = batch.Count == 0 ? last : first;
                bytes += result.Message.Value?.Length ?? 0;
                batch.Add(SourceRecord.From(result, options.Topics.Heads));
                if (bytes < BatchBytes && clock.GetElapsedTime(first) < LongestBatch)
                    continue;
            }
            // After the start, the end of a partition may be between two records of one publication, so silence
            // decides.
            var caughtUp = result is { IsPartitionEOF: true } && behind.Remove(result.Partition.Value)
                && behind.Count == 0;
            if (result is { IsPartitionEOF: true } && !caughtUp)
                continue;
            if (result is null && batch.Count > 1 && clock.GetElapsedTime(last) < LongSilence)
                continue;
            if (batch.Count > 0)
                Report(batch, onRecords);
            (batch, bytes) = ([], 0);
            if (caughtUp)
                onCaughtUp();
        }
    }

    public void Dispose()
    {
        topics.Dispose();
        consumer.Close();
        consumer.Dispose();
    }

    private void Report(List<SourceRecord> batch, Action<IReadOnlyList<SourceRecord>> onRecords)
    {
        if (!Signatures.AreRequired)
        {
            onRecords(batch);
            return;
        }
        var accepted = new List<SourceRecord>();
        foreach (var same in batch.ToLookup(record => HeadSignatures.Problem(Signatures.Check(record))))
        {
            if (same.Key is not { } problem)
            {
                accepted.AddRange(same);
                continue;
            }
            var names = same.Take(MaximumNamed).Select(Name).ToList();
            if (same.Count() > MaximumNamed)
                names.Add("…");
            Refused(log.Logger, same.Count(), problem, string.Join(", ", names));
            OnRefused?.Invoke(same.Count());
        }
        if (accepted.Count > 0)
            onRecords(accepted);
    }

    /// <summary>What a record is about, and where it lies.</summary>
    private static string Name(SourceRecord record)
    {
        var (label, role) = HeadKey.Read(record.Key);
        var what = record.Key is null ? "no key"
            : AnomalyRollout.Owns(record.Key) ? "anomaly reference"
            : HeadKey.Words(Cut(label), role);
        return $"{what}{(record.Value is null ? ", retired" : "")} ({record.Partition}@{record.Offset})";
    }

    /// <summary>Cut, because whoever wrote it may mean harm.</summary>
    private static string Cut(string label) => label[..Math.Min(label.Length, 100)];

    /// <summary>Assigns every partition from its beginning; returns the partitions.</summary>
    private HashSet<int> AssignAll(CancellationToken stop)
    {
        var topic = options.Topics.Heads;
        var count = new OutsideRetry($"reading the heads topic '{topic}'", log.Logger, clock, log.Outages).Run(
            token => topics.Partitions([topic], token)[topic] is > 0 and var partitions
                ? partitions
                : throw new InvalidOperationException(
                    $"topic '{topic}' does not exist: 'worker topics create' makes it (compacted), or allow " +
                    "auto-creation"),
            stop);
        consumer.Assign(
            Enumerable.Range(0, count).Select(partition =>
                new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        return [.. Enumerable.Range(0, count)];
    }

    /// <summary>
    /// Asks now and then whether brokers answer, while no reader of messages can detect the end of an outage.
    /// </summary>
    private void LookAfterOutage()
    {
        if (log.Outages is { HasReader: false, IsOn: true } && clock.GetElapsedTime(looked) >= LookEvery)
        {
            topics.Answers();
            looked = clock.GetTimestamp();
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll()
    {
        try
        {
            return consumer.Consume(PollSlice);
        }
        catch (ConsumeException error)
            when (error.Error.IsFatal || error.Error.Code == ErrorCode.TopicAuthorizationFailed)
        {
            throw new KafkaFailureException(error.Error.IsFatal ? KafkaFailure.Fatal : KafkaFailure.Unauthorised,
                $"the heads topic '{options.Topics.Heads}' cannot be read: {clients.Redact(error.Error.Reason)}");
        }
        catch (ConsumeException error)
        {
            // The client continues by itself.
            log.Write(error.Error);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Heads: {Count} refused, what is in use stays: each {Problem}: {Names}. If they are yours, sign " +
            "them ('worker heads sign'); if not, look who may write to the topic")]
    private static partial void Refused(ILogger logger, int count, string problem, string names);
}
