using Microsoft.Extensions.Logging;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;
using Worker.Learning.Saving;
using Worker.Pipeline;

namespace Worker.Hosting;

/// <summary>
/// The parts of a worker, built from its options: encoder, heads and meter immediately, the Kafka parts when
/// <see cref="Classifier"/> asks for them. Nothing here runs, and the caller disposes of what it asked for.
/// </summary>
internal sealed class WorkerComposition
{
    /// <summary>librdkafka's own batch.size.</summary>
    private const int DefaultBatchBytes = 1_000_000;

    private readonly ILoggerFactory loggers;

    /// <param name="options">How the worker is configured.</param>
    /// <param name="encoder">It is already loaded.</param>
    /// <param name="heads">The heads at the start.</param>
    /// <param name="loggers">For the log lines of every part.</param>
    /// <param name="clock">For the waiting times of every part.</param>
    public WorkerComposition(
        RunOptions options, LoadedEncoder encoder, HeadSet heads, ILoggerFactory loggers, TimeProvider clock)
    {
        Options = options;
        Loaded = encoder;
        this.loggers = loggers;
        Clock = clock;
        Log = loggers.CreateLogger<Classifier>();
        Heads = new HeadRegistry(heads, Log, count => Meter.RefusedHeads(count, "head"));
        Anomalies = new AnomalyRegistry(
            encoder.Encoder.Hash, encoder.Encoder.Features, Log, count => Meter.RefusedHeads(count, "anomaly"));
        Meter.WatchAnomalies(new AnomalyWatch(Log));
    }

    public RunOptions Options { get; }

    public LoadedEncoder Loaded { get; }

    public HeadRegistry Heads { get; }

    public AnomalyRegistry Anomalies { get; }

    public PipelineMeter Meter { get; } = new();

    public TimeProvider Clock { get; }

    /// <summary>For lines about the worker as a whole.</summary>
    public ILogger Log { get; }

    /// <summary>Topics that are written.</summary>
    public string[] Written =>
        [Options.Kafka.Topics.Results, Options.Kafka.Topics.Review, Options.Kafka.Topics.DeadLetters];

    /// <summary>
    /// Loads the encoder, checks it against its stored outputs, and reads the heads if they are in a file.
    /// </summary>
    /// <exception cref="Onnx.EncoderException">The bundle or the device cannot be used.</exception>
    /// <exception cref="HeadRefusedException">A head in the file is for another encoder.</exception>
    /// <exception cref="Core.Anomaly.AnomalyRefusedException">The anomaly reference next to it is for another
    /// encoder.</exception>
    /// <param name="features">That another role of this process needs; none where there is none.</param>
    public static WorkerComposition Open(
        RunOptions options, ILoggerFactory loggers, TimeProvider clock, params IReadOnlyList<string> features)
    {
        var fixedHeads = options.Heads.Source == HeadsSource.File ? HeadFile.Read(options.Heads.File!) : [];
        var loaded = LoadedEncoder.Open(
            options.Encoder.Serving(fixedHeads.Select(head => head.Feature).Concat(features)));
        // Another role of this process may use it too.
        loaded = loaded with { Encoder = new SharedEncoder(loaded.Encoder) };
        var encoder = loaded.Encoder;
        var log = loggers.CreateLogger<Classifier>();
        log.LogInformation("Encoder {Hash} from {Bundle} on {Device}",
            encoder.Hash[..12], options.Encoder.Bundle, encoder.Description);
        var heads = HeadSet.Empty(encoder.Hash, encoder.Features);
        if (options.Heads.Source == HeadsSource.File)
        {
            heads = heads.With(fixedHeads);
            log.LogInformation("Heads: {Count} from {File}", heads.Heads.Length, options.Heads.File);
        }
        var worker = new WorkerComposition(options, loaded, heads, loggers, clock);
        if (options is { Anomaly.Enabled: true, Heads.Source: HeadsSource.File }
            && AnomalyFile.Beside(options.Heads.File!) is { } reference)
            worker.Anomalies.Use(reference);
        return worker;
    }

    public OutageLog Outages() => new(Options.Kafka, loggers, Clock);

    public TopicAdmin Topics(OutageLog outages) => new(Options.Kafka, loggers, Clock, outages);

    /// <summary>How large records may be; batches are then no larger than any topic takes.</summary>
    public async Task<TopicLimits> Limits(OutageLog outages)
    {
        var limits = await TopicLimits.Read(Options.Kafka, Written, loggers, Clock, outages);
        // A broker refuses a batch that is larger than its topic takes, though each of its records fits.
        if (limits.Minimum < DefaultBatchBytes)
            Options.Kafka.Producer.TryAdd("batch.size", $"{limits.Minimum}");
        return limits;
    }

    public HeadsTopicReader HeadsTopic(OutageLog outages) => new(Options.Kafka, loggers, Clock, outages)
    {
        OnRefused = count => Meter.RefusedHeads(count, "signature"),
    };

    public HeadsFollower Follower(HeadsTopicReader topic) =>
        new(topic, Heads, Options.Anomaly.Enabled ? Anomalies : null, Log);

    /// <summary>How large the next window is to be.</summary>
    public WindowSize Size() =>
        WindowSize.OfMessages(Options.Window.MaxMessages, TimeSpan.FromMilliseconds(Options.Window.TargetMs));

    /// <summary>How many bytes it is to have; null where long texts are cut.</summary>
    public WindowSize? Bytes() => Loaded.Encoder.Chunking is null ? null
        : WindowSize.OfBytes(Options.Window.MaxBytes, TimeSpan.FromMilliseconds(Options.Window.TargetMs));

    public GroupSession Group(OutageLog outages) => new(Options.Kafka, loggers, Clock, outages);

    public ClassifyingPipeline Pipeline(
        GroupSession group, WindowReader reader, WindowPublisher publisher, WindowPacer pacer, TopicLimits records) =>
        new(
        group,
        reader,
        new WindowTokenizer(
            Loaded.Tokenizer, Options.Input, Loaded.Encoder, line => Log.LogWarning("Input: {Line}", line)),
        new WindowClassifier(
            Loaded.Encoder, Options.Window.MicroBatch(Loaded.Encoder), Anomalies, Options.Window.Recent()),
        Heads,
        new WindowRecords(
            Options.Kafka, records, Options.Decisions, Options.Review, Options.Results, Clock, Product.Version, Log),
        publisher,
        pacer,
        Meter,
        Clock,
        loggers.CreateLogger<ClassifyingPipeline>());
}
