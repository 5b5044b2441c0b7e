using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;
using Worker.Pipeline;
using Worker.Telemetry;

namespace Worker.Hosting;

/// <summary>
/// The life of a classifying worker: it starts the parts of a <see cref="WorkerComposition"/>, runs them and stops
/// them, in order. The host, the demo and the benchmark all use it.
/// </summary>
/// <param name="worker">Its parts; this disposes of them.</param>
internal sealed class Classifier(WorkerComposition worker) : IDisposable
{
    private volatile bool onDevice;

    /// <summary>Other roles of this process may use it too (<see cref="SharedEncoder"/>).</summary>
    public LoadedEncoder Encoder => worker.Loaded;

    public HeadRegistry Heads => worker.Heads;

    public AnomalyRegistry Anomalies => worker.Anomalies;

    public PipelineMeter Meter => worker.Meter;

    /// <summary>What it is doing, for probes.</summary>
    public WorkerHealth Health { get; } = new();

    /// <summary>
    /// Classifies until stopped. Then it finishes what is in flight within the drain deadline, and leaves the group.
    /// </summary>
    /// <exception cref="Exception">Something that only a restart or a person can fix.</exception>
    public async Task Run(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var outages = worker.Outages();
        Meter.WatchOutage(() => outages.IsSaid);
        var following = Follow(outages, ended.Token);
        try
        {
            // 1. Heads. Without any head, results would say nothing; but a file may hold only an anomaly reference.
            Health.Waiting("for the first head");
            if (Anomalies.Current is null
                && await Task.WhenAny(Heads.FirstHead.WaitAsync(ended.Token), following) == following)
                await following;
            stop.ThrowIfCancellationRequested();
            // 2. Kafka: topics, then the producer's identity, then the group.
            Health.Waiting("for Kafka");
            using (var topics = worker.Topics(outages))
                Require(topics, stop);
            var records = await worker.Limits(outages);
            var size = worker.Size();
            var limits = new WindowLimits((int)size.Next, worker.Options.Window.MaxBytes);
            var bytes = worker.Bytes();
            limits.MaxBytes = bytes?.Next ?? limits.MaxBytes;
            using var group = worker.Group(outages);
            using var publisher = WindowPublisher.Create(group);
            publisher.Start(stop);
            // 3. Windows, until told to stop; heads that can no longer be followed end them too.
            var pipeline = worker.Pipeline(
                group, new WindowReader(group, limits), publisher, new WindowPacer(size, bytes, limits), records);
            var lags = new PartitionLags(group.Ends, worker.Clock);
            Meter.Watch(lags, () => Health.WaitingFor is null);
            var progress = new ProgressLog(Meter, lags, worker.Log, worker.Clock).Run(ended.Token);
            await Classify(pipeline, group, outages, following, ended);
            // 4. The end: the group is left, then the heads topic.
            group.Close();
            await following;
            await progress.ContinueWith(_ => { }, TaskScheduler.Default);
            worker.Log.LogInformation("Stopped: {Messages} messages published in {Windows} windows",
                Meter.Totals.Messages, Meter.Totals.Windows);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (Meter.Totals.Read > Meter.Totals.Messages)
                worker.Log.LogWarning("Stopped before everything in flight was committed: the rest is read again");
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
        // A stop does not wait forever. If a window is still on the device, the session is not freed, because that
        // would end the process with a segmentation fault. The process is ending anyway, and nothing of that window was
        // committed.
        if (!onDevice)
            worker.Loaded.Dispose();
    }

    /// <summary>Runs the pipeline until the worker is told to stop and the windows in flight are done.</summary>
    private async Task Classify(
        ClassifyingPipeline pipeline, GroupSession group, OutageLog outages, Task following,
        CancellationTokenSource ended)
    {
        using var drain = new CancellationTokenSource();
        var patience = TimeSpan.FromSeconds(worker.Options.Shutdown.DrainSeconds);
        using var deadline = ended.Token.Register(() => drain.CancelAfter(patience));
        onDevice = true;
        Health.Watch(pipeline.Heartbeats, () => outages.LastOn);
        var running = pipeline.Run(ended.Token, drain.Token);
        // The worker is ready when the group has told it its partitions. If a rollout went on earlier, it would stop
        // all workers that read.
        Health.Waiting("for its partitions", () => group.IsAssigned);
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
    }

    private async Task Follow(OutageLog outages, CancellationToken stop)
    {
        if (worker.Options.Heads.Source == HeadsSource.File)
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        using var topic = worker.HeadsTopic(outages);
        try
        {
            await worker.Follower(topic).Run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private void Require(TopicAdmin topics, CancellationToken stop)
    {
        var sources = MessageTopics.Of(worker.Options.Kafka.Topics);
        topics.Require([.. sources.Names, .. worker.Written], stop);
        if (sources.Patterns.Count == 0)
            return;
        var matching = topics.Matching(sources, stop);
        worker.Log.LogInformation("Topics that match {Patterns} now: {Matching}; others are read when they are created",
            string.Join(", ", sources.Patterns), matching.Count == 0 ? "none" : string.Join(", ", matching));
    }
}
