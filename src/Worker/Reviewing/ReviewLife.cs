using Microsoft.Extensions.Logging;
using Worker.Core.Heads;
using Worker.Core.Health;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Heads;
using Worker.Kafka.Inspection;
using Worker.Kafka.Recording;
using Worker.Learner;
using Worker.Review.Http;
using Worker.Review.Models;
using Worker.Review.Serving;
using Worker.Review.Similar;
using Worker.Store;

namespace Worker.Reviewing;

/// <summary>How the review role is configured.</summary>
internal sealed record ReviewLifeOptions(LearnerOptions Learner, WebOptions Web)
{
    /// <summary>The classifying worker's in the same process, which lives longer; null: it opens its own.</summary>
    public LoadedEncoder? Encoder { get; init; }
}

/// <summary>
/// The life of the review page and the API. Loops, each on its own thread: the heads topic tells the heads in use, the
/// review topic goes into the queue, answers go out to the labels topic, one thread owns the encoder, one looks at the
/// stream, and one counts the queue. The page works while Kafka is away.
/// </summary>
internal sealed class ReviewLife(ReviewLifeOptions options, ILoggerFactory loggers, TimeProvider clock)
    : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);
    private readonly ILogger log = loggers.CreateLogger<ReviewLife>();
    private readonly StoreRetry retry = new(loggers.CreateLogger<StoreRetry>(), clock);
    private readonly LearnerOptions learner = options.Learner;
    private readonly OutageLog outages = new(options.Learner.Kafka, loggers, clock);
    private readonly Heartbeat taking = new("questions", clock);
    private readonly Heartbeat sending = new("send", clock);
    private readonly Heartbeat encoding = new("encode", clock);

    /// <summary>What it is doing, for probes.</summary>
    public WorkerHealth Health { get; } = new();

    /// <summary>Where the page is; empty before it is there.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Serves until stopped.</summary>
    /// <exception cref="Exception">Something that only a restart or a person can mend.</exception>
    public async Task Run(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // 1. The store and the encoder.
        Health.Waiting("for the store");
        using var store = await OwnThread.Run(
            () => retry.Run(() => LearningStore.Open(learner.Store, clock), ended.Token));
        Health.Waiting("for the encoder");
        using var own = options.Encoder is null ? await OwnThread.Run(learner.OpenEncoder) : null;
        var loaded = options.Encoder ?? own!;
        var encoder = loaded.Encoder;
        var heads = new HeadRegistry(HeadSet.Empty(encoder.Hash, encoder.Features), log);
        var anomalies = new AnomalyRegistry(encoder.Hash, encoder.Features, log);
        var champions = new Champions(learner.Kafka.Topics.Heads);
        using var scorer = new RequestScorer(loaded, heads, anomalies, encoding, clock);
        using var probe = new StreamProbe(learner.Kafka, loggers, clock);
        var live = new LiveStream(probe, () => Drift(store), clock);
        // 2. The page, as soon as it can say something.
        await using var server = new ReviewServer(
            new ReviewParts(
                options.Web, store, learner.Kafka.Topics.Labels, scorer,
                new KnownModels(store, heads, champions, learner.Kafka, learner.Learn, clock),
                new SimilarQuestions(store, () => Compared(loaded)), live),
            loggers, clock);
        await server.Start(ended.Token);
        Address = server.Address;
        log.LogInformation("Review page and API at {Address}, from {Store}", server.Address, store.Description);
        Health.Ready();
        // 3. Until stopped.
        var features = new FeatureSource(store, loaded, log) { Progressed = encoding.Beat };
        Health.Watch([taking, sending, encoding], () => outages.LastOn);
        Task[] loops =
        [
            OwnThread.Run(() => FollowHeads(heads, anomalies, champions, ended.Token)),
            OwnThread.Run(() => TakeItems(store, ended.Token)),
            OwnThread.Run(() => Send(store, ended.Token)),
            OwnThread.Run(() => Count(store, ended.Token)),
            OwnThread.Run(() => Own(scorer, features, ended.Token)),
            OwnThread.Run(() => live.Run(ended.Token)),
        ];
        try
        {
            // None ends by itself but by a failure: then the others end too.
            await await Task.WhenAny(loops);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            Health.Waiting("for the end");
            Health.Watch([]);
            await ended.CancelAsync();
            await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public void Dispose() => outages.Dispose();

    /// <summary>What learners saw when they held the heads in use against the random audit last.</summary>
    private static IReadOnlyList<DriftView> Drift(LearningStore store)
    {
        var audits = store.Audits.All();
        return [.. store.Examples.Labels().Where(label => audits.ContainsKey(label.Id)).Select(label =>
        {
            var audit = audits[label.Id];
            return new DriftView(
                label.Name, audit.Version, audit.Errors, audit.Seen, audit.Lower, audit.Promised,
                audit.AlarmSince is not null);
        })];
    }

    /// <summary>Texts are compared by the mean of the last layer, where there is one.</summary>
    private static ComparedFeature Compared(LoadedEncoder loaded)
    {
        var layout = loaded.Encoder.Features;
        var feature = layout.Find("mean") ?? layout.Features[^1];
        return new ComparedFeature(loaded.Encoder.Hash, feature.Offset, feature.Width, layout.Width);
    }

    private void FollowHeads(
        HeadRegistry heads, AnomalyRegistry anomalies, Champions champions, CancellationToken stop)
    {
        using var topic = new HeadsTopicReader(learner.Kafka, loggers, clock, outages);
        var follower = new HeadsFollower(topic, heads, anomalies, log) { Also = champions.Take };
        follower.Follow(stop);
        stop.ThrowIfCancellationRequested();
    }

    private void TakeItems(LearningStore store, CancellationToken stop)
    {
        var (kafka, topic) = (learner.Kafka, learner.Kafka.Topics.Review);
        using var reader = new RecordedTopicReader(kafka, topic, kafka.ReviewGroupId, loggers, clock, outages);
        var intake = new ReviewIntake(store, new StoreCalls(retry, taking), log);
        reader.Run(() => intake.NextOffsets(stop), records => intake.Take(records, stop), stop);
        stop.ThrowIfCancellationRequested();
    }

    private void Send(LearningStore store, CancellationToken stop)
    {
        using var sender = new OutboxSender(
            store, learner.Kafka, learner.Learn.LeaseSeconds,
            new StoreCalls(retry, sending), loggers, clock, log, outages);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (sender.Send(stop) == 0)
                stop.WaitHandle.WaitOne(Pause);
        }
    }

    /// <summary>So that nobody waits for the count of a long queue.</summary>
    private void Count(LearningStore store, CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(CountEvery))
            retry.Run(() =>
            {
                store.Figures.Recount();
                return true;
            }, stop);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Requests first; while there are none, texts that nobody has encoded yet.</summary>
    private void Own(RequestScorer scorer, FeatureSource features, CancellationToken stop)
    {
        var calls = new StoreCalls(retry, encoding);
        scorer.Run(() => calls.RunLong("encoding texts", features.EncodeMissing, stop) > 0, stop);
        stop.ThrowIfCancellationRequested();
    }
}
