using Microsoft.Extensions.Logging;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;
using Worker.Learning.Anomaly;
using Worker.Learning.Saving;
using Worker.Pipeline;
using Worker.Telemetry;

namespace Worker.Hosting;

/// <summary>
/// A classifying worker put together from its options: encoder, heads, the two ends in Kafka, the pipeline between.
/// The host, the demo and the benchmark run the same one.
/// </summary>
internal sealed class Classifier : IDisposable
{
    /// <summary>librdkafka's own batch.size.</summary>
    private const int DefaultBatchBytes = 1_000_000;

    private readonly RunOptions options;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly LoadedEncoder loaded;
    private volatile bool onDevice;

    private Classifier(RunOptions options, LoadedEncoder loaded, HeadRegistry heads, ILoggerFactory loggers, TimeProvider clock)
    {
        this.options = options;
        this.loaded = loaded;
        this.loggers = loggers;
        this.clock = clock;
        Heads = heads;
        Anomalies = new AnomalyRegistry(loaded.Encoder.Hash, loaded.Encoder.Features, loggers.CreateLogger<Classifier>());
        log = loggers.CreateLogger<Classifier>();
    }

    public HeadRegistry Heads { get; }

    public AnomalyRegistry Anomalies { get; }

    public PipelineMeter Meter { get; } = new();

    /// <summary>What it is doing, for probes.</summary>
    public WorkerHealth Health { get; } = new();

    /// <summary>Loads the encoder, checks it against its golden outputs, and reads the heads if they are in a file.</summary>
    /// <exception cref="Onnx.EncoderException">The bundle or the device cannot be used.</exception>
    /// <exception cref="HeadRefusedException">A head in the file is for another encoder.</exception>
    /// <exception cref="Core.Anomaly.AnomalyRefusedException">The anomaly reference beside it is.</exception>
    public static Classifier Open(RunOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        var fixedHeads = options.Heads.Source == HeadsSource.File ? HeadFile.Read(options.Heads.File!) : [];
        var encoder = LoadedEncoder.Open(options.Encoder.Serving(fixedHeads.Select(head => head.Feature)));
        var logger = loggers.CreateLogger<Classifier>();
        logger.LogInformation("Encoder {Hash} from {Bundle} on {Device}", encoder.Encoder.Hash[..12], options.Encoder.Bundle, encoder.Encoder.Description);
        var heads = HeadSet.Empty(encoder.Encoder.Hash, encoder.Encoder.Features);
        if (options.Heads.Source == HeadsSource.File)
        {
            heads = heads.With(fixedHeads);
            logger.LogInformation("Heads: {Count} from {File}", heads.Heads.Length, options.Heads.File);
        }
        var classifier = With(encoder, heads, options, loggers, clock);
        if (options is { Anomaly.Enabled: true, Heads.Source: HeadsSource.File } && AnomalyFile.Beside(options.Heads.File!) is { } reference)
            classifier.Anomalies.Use(reference);
        return classifier;
    }

    /// <summary>One with an encoder that is loaded already, which it will dispose of, and heads to begin with.</summary>
    public static Classifier With(LoadedEncoder encoder, HeadSet heads, RunOptions options, ILoggerFactory loggers, TimeProvider clock) =>
        new(options, encoder, new HeadRegistry(heads, loggers.CreateLogger<Classifier>()), loggers, clock);

    /// <summary>Classifies until stopped, then finishes what is in flight within the drain deadline and leaves the group.</summary>
    /// <exception cref="Exception">Something that only a restart or a person can mend.</exception>
    public async Task Run(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var outages = new OutageLog(options.Kafka, loggers, clock);
        Meter.WatchOutage(() => outages.IsSaid);
        var following = Follow(outages, ended.Token);
        try
        {
            // 1. Heads: without one, a message's result would say nothing, for good; unless a file has an anomaly reference alone.
            Health.Waiting("for the first head");
            if (Anomalies.Current is null && await Task.WhenAny(Heads.FirstHead.WaitAsync(ended.Token), following) == following)
                await following;
            stop.ThrowIfCancellationRequested();
            // 2. Kafka: topics, then the producer's identity, then the group.
            Health.Waiting("for Kafka");
            using (var topics = new TopicAdmin(options.Kafka, loggers, clock, outages))
                Require(topics, stop);
            var records = await TopicLimits.Read(options.Kafka, Written, loggers, clock, outages);
            // A batch of records that each fit is refused as a whole where it is larger than its topic takes.
            if (records.Least < DefaultBatchBytes)
                options.Kafka.Producer.TryAdd("batch.size", $"{records.Least}");
            var size = new WindowSize(options.Window.MaxMessages, TimeSpan.FromMilliseconds(options.Window.TargetMs));
            var limits = new WindowLimits(size.Next, options.Window.MaxBytes);
            using var reader = new WindowReader(options.Kafka, limits, loggers, clock, outages);
            using var publisher = WindowPublisher.Create(options.Kafka, reader, loggers, clock);
            publisher.Start(stop);
            // 3. Windows, until told to stop; heads that can no longer be followed end them too.
            var pipeline = Pipeline(reader, publisher, new WindowPacer(size, limits), records, outages);
            using var drain = new CancellationTokenSource();
            using var deadline = ended.Token.Register(() => drain.CancelAfter(TimeSpan.FromSeconds(options.Shutdown.DrainSeconds)));
            var lags = new PartitionLags(reader.Ends, clock);
            Meter.Watch(lags, () => Health.WaitingFor is null);
            var progress = new ProgressLog(Meter, lags, log, clock).Run(ended.Token);
            onDevice = true;
            Health.Watch(pipeline.Heartbeats, () => outages.LastOn);
            var running = pipeline.Run(ended.Token, drain.Token);
            // Ready when the group has told it its partitions: a rollout that went on before would stop all that read.
            Health.Waiting("for its partitions", () => reader.IsAssigned);
            if (await Task.WhenAny(running, following) == following && following.IsFaulted)
                await ended.CancelAsync();
            try
            {
                await running;
            }
            finally
            {
                onDevice = false;
                Health.Watch([]);
            }
            reader.Close();
            await following;
            await progress.ContinueWith(_ => { }, TaskScheduler.Default);
            log.LogInformation("Stopped: {Messages} messages published in {Windows} windows", Meter.Totals.Messages, Meter.Totals.Windows);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (Meter.Totals.Read > Meter.Totals.Messages)
                log.LogWarning("Stopped before everything in flight was committed: what was not is read again");
        }
        finally
        {
            Health.Waiting("for the end");
            await ended.CancelAsync();
        }
    }

    public void Dispose()
    {
        Meter.Dispose();
        // A stop does not wait for ever: with a window still on the device, freeing the session under it would end the
        // process with a segmentation fault. It is ending anyway, and nothing of that window was committed.
        if (!onDevice)
            loaded.Dispose();
    }

    private async Task Follow(OutageLog outages, CancellationToken stop)
    {
        if (options.Heads.Source == HeadsSource.File)
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        using var topic = new HeadsTopicReader(options.Kafka, loggers, clock, outages);
        try
        {
            await new HeadsFollower(topic, Heads, options.Anomaly.Enabled ? Anomalies : null, log).Run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private string[] Written => [options.Kafka.Topics.Results, options.Kafka.Topics.Review, options.Kafka.Topics.DeadLetters];

    private void Require(TopicAdmin topics, CancellationToken stop)
    {
        var sources = MessageTopics.Of(options.Kafka.Topics);
        topics.Require([.. sources.Names, .. Written], stop);
        if (sources.Patterns.Count == 0)
            return;
        var matching = topics.Matching(sources, stop);
        log.LogInformation("Topics that match {Patterns} now: {Matching}; others are read as they are made",
            string.Join(", ", sources.Patterns), matching.Count == 0 ? "none" : string.Join(", ", matching));
    }

    private ClassifyingPipeline Pipeline(WindowReader reader, WindowPublisher publisher, WindowPacer pacer, TopicLimits records, OutageLog outages) => new(
        reader,
        new WindowTokenizer(loaded.Tokenizer, options.Input, loaded.Encoder.MaxTokens, line => log.LogWarning("Input: {Line}", line)),
        new WindowClassifier(loaded.Encoder, options.Window.MicroBatch(loaded.Encoder), Anomalies),
        Heads,
        new WindowRecords(
            options.Kafka, records, options.Decisions, options.Review, options.Results, clock, Product.Version, log),
        publisher,
        pacer,
        Meter,
        outages,
        clock,
        loggers.CreateLogger<ClassifyingPipeline>());
}
