using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Judging;
using Worker.Faults.Tests.Observing;
using Worker.Faults.Tests.Reporting;
using Worker.Faults.Tests.Scenario;
using Worker.Faults.Tests.Traffic;
using Worker.Faults.Tests.Workers;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Terminal;

namespace Worker.Faults.Tests;

/// <summary>
/// One run: real brokers, real workers, faults by schedule, and the comparison of what went in with what came out.
/// </summary>
internal sealed class FaultRun(FaultOptions options, Action<string> say)
{
    private static readonly TimeSpan FirstResultWithin = TimeSpan.FromSeconds(90);
    private static readonly Dictionary<string, int> Partitions = new(StringComparer.Ordinal)
    {
        ["messages"] = 6,
        ["results"] = 6,
        ["review"] = 2,
        ["dead-letters"] = 2,
    };

    private readonly Stopwatch clock = new();

    /// <summary>Ms of the run; stands still at 0 until the first result is there.</summary>
    private long Now() => clock.ElapsedMilliseconds;

    /// <param name="stop">Ends the faults early; messages sent until then are still judged.</param>
    public async Task<Report> Run(CancellationToken stop)
    {
        // 1. Brokers and encoders.
        say("starting three brokers ...");
        var importing = Task.Factory.StartNew(
            () => RunEncoders.Import(options.Folder), TaskCreationOptions.LongRunning);
        await using var cluster = await KafkaCluster.Start(Path.Combine(options.Folder, "kafka"), BrokerSettings());
        var encoders = await importing;
        var kafka = new KafkaOptions { BootstrapServers = cluster.BootstrapServers, DeliveryTimeoutMs = 30_000 };
        await CreateTopics(kafka);
        // 2. Heads, workers, reader, producer; the run begins with the first result.
        using var heads = new HeadPublisher(kafka, encoders.Fast, encoders.Slow, options.Seed, Now);
        await heads.PublishNext(stop);
        await using var fleet = new WorkerFleet(options, cluster.BootstrapServers, encoders, Now);
        await fleet.Start();
        using var reader = new TopicsReader(cluster.BootstrapServers, kafka.Topics, Partitions, Now);
        using var producer = new MessageProducer(cluster.BootstrapServers, kafka.Topics.Messages, options.Seed, Now);
        producer.Burst(6);
        await Until(() => reader.Settled > 0 || fleet.Endings.Any(ending => ending.Wrong), FirstResultWithin,
            "the first result");
        if (fleet.Endings.FirstOrDefault(ending => ending.Wrong) is { } wrong)
            throw new UserError(
                $"{wrong.Worker} ended with {wrong.Code} before the first result: {wrong.Words}; see {wrong.Log}",
                ExitCode.Failed);
        clock.Start();
        // 3. Faults, while messages keep coming.
        using var health = new ClusterHealth(cluster.BootstrapServers, Now);
        var injector = new FaultInjector(cluster, health, fleet, producer, heads, Now);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var producing = producer.Run(options.Rate, ended.Token);
        var progress = Progress(producer, reader, fleet, injector, ended.Token);
        var injecting = options.Calm
            ? injector.RunCalmly(
                CalmSchedule.Create(options.Seed, options.Length, options.Workers), options.Length, stop)
            : injector.Run(FaultSchedule.Create(options.Seed, options.Length, options.Workers), stop);
        await Task.Delay(options.Length, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        await ended.CancelAsync();
        await Task.WhenAll(producing, progress, injecting);
        // 4. All is healed: everything must come out.
        var healed = Now();
        say("all healed; waiting for the rest to come out ...");
        var flushed = producer.Flush(TimeSpan.FromSeconds(60));
        var drained = await Drained(producer, reader);
        var drainedMs = Now() - healed;
        // 5. Workers end in an orderly way; then the reader reads the rest.
        await fleet.Stop();
        var read = await reader.ReadToEnd(cluster.BootstrapServers, TimeSpan.FromSeconds(40));
        // 6. The judgement.
        var evidence = new Evidence
        {
            Sent = producer.Sent,
            Sources = reader.Sources,
            Appearances = reader.Appearances,
            Heads = heads.Published,
            DoublesAllowedFromMs = options.Mode == DeliveryMode.ExactlyOnce
                ? null
                : injector.Done.Select(injection => injection.FromMs).DefaultIfEmpty(0).Min(),
        };
        var report = new Report
        {
            Options = options,
            Verdict = Oracle.Judge(evidence),
            Injections = injector.Done,
            Flow = new Flow(Passages(evidence)),
            Endings = fleet.Endings,
            InDoubt = producer.InDoubt + (flushed ? 0 : 1),
            Drained = drained,
            ReadToEnd = read,
            DrainMs = drainedMs,
            HeadVersions = heads.Published.Count,
        };
        cluster.KeepsData = !report.Passed;
        return report;
    }

    /// <summary>KIP-848 has the session timeout at the broker, which allows none below 45 s unless told.</summary>
    private string[] BrokerSettings() => options.Protocol == "classic" ? [] :
    [
        $"group.consumer.session.timeout.ms={WorkerFleet.SessionTimeoutMs}",
        $"group.consumer.min.session.timeout.ms={WorkerFleet.SessionTimeoutMs}",
        "group.consumer.heartbeat.interval.ms=1000", "group.consumer.min.heartbeat.interval.ms=1000",
    ];

    private static async Task CreateTopics(KafkaOptions kafka)
    {
        using var admin = new TopicAdmin(kafka, NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync(
            [.. Partitions.Select(topic => new TopicSpec(topic.Key, topic.Value, 3)),
                new(kafka.Topics.Heads, 1, 3, Compacted: true)]);
    }

    private static IEnumerable<Passage> Passages(Evidence evidence)
    {
        var outAt = new Dictionary<int, long>();
        foreach (var appearance in evidence.Appearances)
            if (appearance.Outlet != Outlet.Review
                && (!outAt.TryGetValue(appearance.Id, out var before) || appearance.AtMs < before))
                outAt[appearance.Id] = appearance.AtMs;
        foreach (var source in evidence.Sources)
            if (evidence.Sent[source.Id] is { AckedMs: > 0 } message && outAt.TryGetValue(source.Id, out var at))
                yield return new Passage(source.Partition, message.AckedMs, at);
    }

    /// <summary>Whether every acknowledged message came out before the deadline.</summary>
    private async Task<bool> Drained(MessageProducer producer, TopicsReader reader)
    {
        var deadline = Now() + (long)options.Drain.TotalMilliseconds;
        while (reader.Sources.Count < producer.Acknowledged || !reader.IsDrained)
        {
            if (Now() > deadline)
                return false;
            await Task.Delay(200);
        }
        return true;
    }

    private async Task Progress(MessageProducer producer, TopicsReader reader, WorkerFleet fleet,
        FaultInjector injector, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), stop).ContinueWith(_ => { }, TaskScheduler.Default);
            say(ReportText.Progress(Now(), producer.Acknowledged, reader.Settled, fleet.Up, injector.Done));
        }
    }

    private static async Task Until(Func<bool> condition, TimeSpan patience, string what)
    {
        var patient = Stopwatch.StartNew();
        while (!condition())
        {
            if (patient.Elapsed > patience)
                throw new TimeoutException(
                    $"{what} was not there within {patience.TotalSeconds:F0} s: see the workers' logs");
            await Task.Delay(50);
        }
    }
}
