using Microsoft.Extensions.Logging;
using Worker.Core.Messages;
using Worker.Encoders;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Recording;
using Worker.Pipeline;
using Worker.Store;
using Worker.Store.Database;

namespace Worker.Learner;

/// <summary>How a learner is configured: some of the worker's sections.</summary>
/// <param name="Version">The worker's, for dead letters.</param>
internal sealed record LearnerOptions(
    KafkaOptions Kafka, StoreOptions Store, LearnSection Learn, EncoderSection Encoder, InputOptions Input,
    string Version);

/// <summary>What a learner is made of, built from its options. Nothing here runs.</summary>
internal sealed class LearnerParts(LearnerOptions options, ILoggerFactory loggers, TimeProvider clock) : IDisposable
{
    public LearnerOptions Options => options;

    public TimeProvider Clock => clock;

    public ILogger Log { get; } = loggers.CreateLogger<LearnerParts>();

    public StoreRetry Retry { get; } = new(loggers.CreateLogger<StoreRetry>(), clock);

    public LearnerMeter Meter { get; } = new(clock);

    public Champions Champions { get; } = new(options.Kafka.Topics.Heads);

    /// <summary>Opens the store; waits for it while it is away.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public LearningStore Store(CancellationToken stop) =>
        Retry.Run(() => LearningStore.Open(options.Store, clock), stop);

    /// <summary>The learner's own session, with few threads: the classifying worker's is busy.</summary>
    public LoadedEncoder Encoder() => LoadedEncoder.Open(new EncoderSection
    {
        Bundle = options.Encoder.Bundle,
        Device = options.Encoder.Device,
        Precision = options.Encoder.Precision,
        Threads = options.Learn.Threads,
        Features = options.Encoder.Serving([options.Learn.Feature]).Features,
    });

    public HeadsTopicReader HeadsTopic() => new(options.Kafka, loggers, clock);

    public RecordedTopicReader LabelsTopic() =>
        new(options.Kafka, options.Kafka.Topics.Labels, options.Kafka.LearnerGroupId, loggers, clock);

    public AnsweredTexts Texts(LearningStore store) => new(store, options.Kafka, options.Input, loggers, clock);

    public LabelIntake Intake(LearningStore store, AnsweredTexts texts) => new(
        store, texts,
        new DeadLetters(
            options.Kafka, options.Kafka.LearnerGroupId, options.Kafka.MessageMaxBytes, clock,
            options.Version, Log),
        Retry, Log);

    public OutboxSender Sender(LearningStore store) =>
        new(store, options.Kafka, options.Learn.LeaseSeconds, Retry, loggers, clock, Log);

    public FeatureSource Features(LearningStore store, LoadedEncoder encoder) => new(store, encoder, Log);

    public AuditWatch Audits(LearningStore store, FeatureSource features, LoadedEncoder encoder) =>
        new(store, features.Of, encoder, Champions, options.Learn.DriftLevel, clock);

    public CertificateWithdrawal Withdrawal(LearningStore store) =>
        new(store, Champions, options.Learn, options.Kafka.Topics.Heads, clock);

    public TrainingRound Round(LearningStore store, FeatureSource features, LoadedEncoder encoder) =>
        new(store, features.Of, encoder, Champions, options.Learn, options.Kafka.Topics.Heads, clock);

    public void Dispose() => Meter.Dispose();
}
