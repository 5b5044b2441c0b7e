using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;
using Worker.Kafka.Replaying;
using Worker.Kafka.Topics;
using Worker.Terminal;

namespace Worker.Replaying;

/// <summary>
/// Sends dead letters back, each at most once, whatever is selected, however often it runs and whenever it is killed. A
/// ledger topic, written in the same transaction as the messages, says which were sent. All replays of one dead-letter
/// topic share one transactional identity: the later of two takes over before it reads the ledger, and the earlier can
/// send nothing more.
/// </summary>
internal sealed class Replay
{
    private readonly ReplayOptions options;
    private readonly KafkaOptions kafka;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider clock;
    private readonly TopicAdmin topics;
    private readonly string deadLetters;
    private readonly string ledgerTopic;
    private readonly string topicId;
    private readonly Dictionary<string, bool> exists = new(StringComparer.Ordinal);
    private readonly ReplayReport report;
    private long selected;

    private Replay(ReplayOptions options, KafkaOptions kafka, TopicAdmin topics, string topicId, ReplayReport report,
        ILoggerFactory loggers, TimeProvider clock)
    {
        this.report = report;
        this.options = options;
        this.kafka = kafka;
        this.topics = topics;
        this.topicId = topicId;
        this.loggers = loggers;
        this.clock = clock;
        deadLetters = kafka.Topics.DeadLetters;
        ledgerTopic = LedgerOf(deadLetters);
    }

    /// <summary>The topic that says which dead letters of a topic were sent back.</summary>
    public static string LedgerOf(string deadLetters) => $"{deadLetters}-replayed";

    /// <summary>Reads the dead letters that are there now, and sends back those that are selected.</summary>
    /// <param name="options">Which, and where to.</param>
    /// <param name="kafka">The topics; its transactional identity is set to the replay's.</param>
    /// <param name="report">Counts what becomes of them; correct at any time, also after an exception.</param>
    /// <param name="loggers">For the clients' lines.</param>
    /// <param name="clock">For the ledger's times.</param>
    /// <param name="progress">Gets the share that was read, from 0 to 1.</param>
    /// <param name="stop">Stops it; an open transaction is aborted.</param>
    /// <exception cref="Worker.Kafka.Clients.KafkaFailureException">It cannot go on.</exception>
    public static async Task Run(
        ReplayOptions options, KafkaOptions kafka, ReplayReport report, ILoggerFactory loggers, TimeProvider clock,
        Action<double> progress, CancellationToken stop)
    {
        kafka.TransactionalId = $"worker-replay-{kafka.Topics.DeadLetters}";
        using var admin = new TopicAdmin(kafka, loggers, clock);
        var partitions = admin.Partitions([kafka.Topics.DeadLetters], stop)[kafka.Topics.DeadLetters];
        if (partitions == 0)
            throw new UserError(
                $"topic '{kafka.Topics.DeadLetters}' does not exist at {kafka.BootstrapServers}: name the topic of " +
                "the dead letters with --dead-letters");
        var id = await TopicIds.Read(kafka, kafka.Topics.DeadLetters, loggers, clock);
        await new Replay(options, kafka, admin, id, report, loggers, clock).Run(partitions, progress, stop);
    }

    private async Task Run(int partitions, Action<double> progress, CancellationToken stop)
    {
        if (options.DryRun)
        {
            Scan(partitions, Ledger(stop), null, progress, stop);
            return;
        }
        // 1. The ledger, kept forever: without it nothing could be sent safely.
        if (topics.Partitions([ledgerTopic], stop)[ledgerTopic] == 0)
            await topics.CreateAsync(
                [new TopicSpec(ledgerTopic, 1)
                {
                    Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["retention.ms"] = "-1" },
                }]);
        // 2. Take over: from now on no other replay of this topic can send, and what one sent is in the ledger.
        using var writer = new TransactionalWriter(kafka, loggers, clock);
        writer.Start(stop);
        // 3. The ledger, then the dead letters.
        var batch = new ReplayBatch(writer, ledgerTopic, topicId, kafka.MessageMaxBytes, clock, report);
        Scan(partitions, Ledger(stop), batch, progress, stop);
    }

    private ReplayLedger Ledger(CancellationToken stop)
    {
        var ledger = new ReplayLedger(topicId);
        var partitions = topics.Partitions([ledgerTopic], stop)[ledgerTopic];
        if (partitions == 0)
            return ledger;
        using var scan = new TopicScan(kafka, ledgerTopic, partitions, loggers, clock);
        foreach (var record in scan.Read(stop))
            ledger.Add(record.Value);
        return ledger;
    }

    private void Scan(
        int partitions, ReplayLedger ledger, ReplayBatch? batch, Action<double> progress, CancellationToken stop)
    {
        using var scan = new TopicScan(kafka, deadLetters, partitions, loggers, clock);
        using var fetch = new RecordFetch(kafka, loggers, clock);
        var read = 0;
        foreach (var record in scan.Read(stop))
        {
            if (read++ % 1000 == 0)
                progress(scan.Progress);
            Take(record, ledger, batch, fetch, stop);
        }
        batch?.Send(stop);
        progress(1);
    }

    private void Take(
        SourceRecord record, ReplayLedger ledger, ReplayBatch? batch, RecordFetch fetch, CancellationToken stop)
    {
        if (ReplayedMessage.Letter(record) is not { } letter)
        {
            report.Count("?", "?", ReplayOutcome.NoDeadLetter);
            return;
        }
        var topic = options.To ?? letter.Source.Topic;
        ReplayOutcome? kept =
            !options.Selects(letter) ? ReplayOutcome.NotSelected
            : ledger.Contains(record.Partition, record.Offset) ? ReplayOutcome.ReplayedBefore
            : letter.Attempt >= options.MaxAttempts ? ReplayOutcome.TriedTooOften
            : !Exists(topic, stop) ? ReplayOutcome.NoTopic
            : ++selected > options.Limit ? ReplayOutcome.OverLimit
            : null;
        if (kept is null && ReplayedMessage.Of(record, letter, topic, fetch, stop) is { } message)
        {
            if (batch is null)
                report.Count(letter.Kind, letter.Source.Topic, ReplayOutcome.WouldBeSent);
            else
                batch.Add(record.Partition, record.Offset, letter, message, stop);
            return;
        }
        report.Count(letter.Kind, letter.Source.Topic, kept ?? ReplayOutcome.Gone);
    }

    private bool Exists(string topic, CancellationToken stop)
    {
        if (!exists.TryGetValue(topic, out var known))
            exists[topic] = known = topics.Partitions([topic], stop)[topic] > 0;
        return known;
    }
}
