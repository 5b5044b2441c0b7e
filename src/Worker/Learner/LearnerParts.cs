using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Core.Messages;
using Worker.Encoders;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Recording;
using Worker.Kafka.Replaying;
using Worker.Pipeline;
using Worker.Store;
using Worker.Store.Database;

namespace Worker.Learner;

/// <summary>How a learner is configured: some of the worker's sections.</summary>
/// <param name="Version">The worker's, for dead letters.</param>
internal sealed record LearnerOptions(
    KafkaOptions Kafka, StoreOptions Store, LearnSection Learn, EncoderSection Encoder, InputOptions Input,
    string Version)
{
    /// <summary>A session of its own, with few threads: the classifying worker's is busy.</summary>
    /// <exception cref="Onnx.EncoderException">The bundle or the device cannot be used.</exception>
    public LoadedEncoder OpenEncoder() => LoadedEncoder.Open(new EncoderSection
    {
        Bundle = Encoder.Bundle,
        Device = Encoder.Device,
        Precision = Encoder.Precision,
        Threads = Learn.Threads,
        // One lane, for its threads inherit how nice the learner's is; the pool's would not.
        BatchThreads = Math.Max(Learn.Threads, 1),
        Features = Encoder.Serving([Learn.Feature]).Features,
    });
}

/// <summary>What a learner is made of, built from its options. Nothing here runs.</summary>
internal sealed class LearnerParts(LearnerOptions options, ILoggerFactory loggers, TimeProvider clock) : IDisposable
{
    public LearnerOptions Options => options;

    public TimeProvider Clock => clock;

    public ILogger Log { get; } = loggers.CreateLogger<LearnerParts>();

    public StoreRetry Retry { get; } = new(loggers.CreateLogger<StoreRetry>(), clock);

    public LearnerMeter Meter { get; } = new(clock);

    /// <summary>When the brokers are away; all clients of this learner share it.</summary>
    public OutageLog Outages { get; } = new(options.Kafka, loggers, clock);

    /// <summary>The heartbeat of one loop.</summary>
    public Heartbeat Heartbeat(string stage) => new(stage, clock);

    /// <summary>The calls of one loop to the store.</summary>
    public StoreCalls Calls(Heartbeat heartbeat) => new(Retry, heartbeat);

    public Champions Champions { get; } = new(options.Kafka.Topics.Heads);

    /// <summary>Opens the store; waits for it while it is away.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public LearningStore Store(CancellationToken stop) =>
        Retry.Run(() => LearningStore.Open(options.Store, clock), stop);

    public LoadedEncoder Encoder() => options.OpenEncoder();

    public HeadsTopicReader HeadsTopic() => new(options.Kafka, loggers, clock, Outages);

    public RecordedTopicReader LabelsTopic() =>
        new(options.Kafka, options.Kafka.Topics.Labels, options.Kafka.LearnerGroupId, loggers, clock, Outages);

    public AnsweredTexts Texts(LearningStore store, Heartbeat heartbeat) =>
        new(store, new RecordFetch(options.Kafka, loggers, clock, Outages), options.Input, heartbeat);

    public LabelIntake Intake(LearningStore store, AnsweredTexts texts, StoreCalls calls) => new(
        store, texts,
        new DeadLetters(
            options.Kafka, options.Kafka.LearnerGroupId, options.Kafka.MessageMaxBytes, clock,
            options.Version, Log),
        calls, Log);

    public OutboxSender Sender(LearningStore store, StoreCalls calls) =>
        new(store, options.Kafka, options.Learn.LeaseSeconds, calls, loggers, clock, Log, Outages);

    public FeatureSource Features(LearningStore store, LoadedEncoder encoder, Heartbeat heartbeat) =>
        new(store, encoder, Log) { Progressed = heartbeat.Beat };

    public AuditWatch Audits(LearningStore store, FeatureSource features, LoadedEncoder encoder) =>
        new(store, Decisions(store, features), encoder, Champions, options.Learn.DriftLevel, clock);

    public CanaryTrials Canaries(LearningStore store, FeatureSource features, LoadedEncoder encoder) => new(
        store, Decisions(store, features), encoder, Champions, options.Learn,
        options.Kafka.Topics.Heads, clock, () => Outages.IsOn);

    public CertificateWithdrawal Withdrawal(LearningStore store) =>
        new(store, Champions, options.Learn, options.Kafka.Topics.Heads, clock);

    public TrainingRound Round(
        LearningStore store, FeatureSource features, LoadedEncoder encoder, Heartbeat heartbeat,
        Action<IReadOnlyList<RoundOutcome>> recorded) =>
        new(store, features.Of, encoder, Champions, options.Learn, options.Kafka.Topics.Heads, clock)
        {
            Progressed = heartbeat.Beat,
            Recorded = recorded,
        };

    private AuditedDecisions Decisions(LearningStore store, FeatureSource features) =>
        new(store, features.Of, clock);

    public void Dispose()
    {
        Outages.Dispose();
        Meter.Dispose();
    }
}
