using System.Diagnostics.Metrics;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Telemetry;

namespace Worker.Pipeline;

/// <summary>
/// What the pipeline has done, as .NET metrics (<see cref="MetricNames"/>) and as totals to read. Each field has one
/// writer, the stage that it counts for; any thread may read.
/// </summary>
internal sealed class PipelineMeter : IDisposable
{
    private readonly Meter meter = new(MetricNames.Meter);
    private readonly Counter<long> messages;
    private readonly Counter<long> tokens;
    private readonly Counter<long> decisions;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> skipped;
    private readonly Counter<long> reviews;
    private readonly Counter<long> audits;
    private readonly Counter<long> rewinds;
    private readonly Counter<long> repeats;
    private readonly Counter<long> refusedHeads;
    private readonly Counter<long> disagreements;
    private readonly Histogram<int> windowMessages;
    private readonly Histogram<double> stageSeconds;
    private volatile PartitionLags? lags;
    private volatile Func<bool> isReady = () => false;
    private volatile Func<bool> isOutage = () => false;
    private volatile AnomalyWatch? anomalies;
    private long totalRead;
    private long totalMessages;
    private long totalTokens;
    private long totalDeadLetters;
    private long totalReviews;
    private long totalWindows;
    private long classifyTicks;
    private volatile HeadSet? lastUsed;

    public PipelineMeter()
    {
        messages = Counter(MetricNames.Messages);
        tokens = Counter(MetricNames.Tokens);
        decisions = Counter(MetricNames.Decisions);
        deadLetters = Counter(MetricNames.DeadLettered);
        skipped = Counter(MetricNames.Skipped);
        reviews = Counter(MetricNames.Reviews);
        audits = Counter(MetricNames.Audits);
        rewinds = Counter(MetricNames.Rewinds);
        repeats = Counter(MetricNames.Repeats);
        refusedHeads = Counter(MetricNames.RefusedHeads);
        disagreements = Counter(MetricNames.Disagreements);
        windowMessages = meter.CreateHistogram<int>(
            MetricNames.WindowMessages.Name, MetricNames.WindowMessages.Unit, MetricNames.WindowMessages.Description);
        stageSeconds = meter.CreateHistogram<double>(
            MetricNames.StageSeconds.Name, MetricNames.StageSeconds.Unit, MetricNames.StageSeconds.Description);
        Gauge(MetricNames.HeadVersion, () => Versions(lastUsed?.Heads ?? []));
        Gauge(
            MetricNames.ChallengerVersion,
            () => Versions((lastUsed?.Challengers ?? []).Select(challenger => challenger.Head)));
        Gauge(
            MetricNames.CanaryVersion, () => Versions((lastUsed?.Canaries ?? []).Select(canary => canary.Head)));
        Gauge<double>(MetricNames.AnomalyEvidence, () => anomalies is { } drift ? [new(drift.Evidence)] : []);
        Gauge<int>(MetricNames.AnomalyDrift, () => anomalies is { } drift ? [new(drift.Alarm ? 1 : 0)] : []);
        Gauge(MetricNames.Lag, () => lags?.Messages() ?? []);
        Gauge(MetricNames.TimeLag, () => lags?.Seconds() ?? []);
        Gauge<int>(MetricNames.Ready, () => [new(isReady() ? 1 : 0)]);
        Gauge<int>(MetricNames.Outage, () => [new(isOutage() ? 1 : 0)]);
    }

    /// <summary>What has happened since the start.</summary>
    public PipelineTotals Totals => new(
        Volatile.Read(ref totalRead), Volatile.Read(ref totalMessages), Volatile.Read(ref totalTokens),
        Volatile.Read(ref totalDeadLetters), Volatile.Read(ref totalReviews), Volatile.Read(ref totalWindows),
        TimeSpan.FromTicks(Volatile.Read(ref classifyTicks)));

    /// <summary>The heads of the last window that was published; null before the first.</summary>
    public HeadSet? LastUsed => lastUsed;

    /// <summary>Sets how the meter asks whether Kafka is away.</summary>
    public void WatchOutage(Func<bool> outage) => isOutage = outage;

    /// <summary>Sets what watches the anomalies of published windows.</summary>
    public void WatchAnomalies(AnomalyWatch watch) => anomalies = watch;

    /// <summary>Sets how the meter asks for the partitions and for the worker's readiness.</summary>
    public void Watch(PartitionLags partitions, Func<bool> ready) => (lags, isReady) = (partitions, ready);

    public void Read(SourceWindow window)
    {
        windowMessages.Record(window.Records.Length);
        Volatile.Write(ref totalRead, totalRead + window.Records.Length);
    }

    /// <summary>Records how long tokenising a window took.</summary>
    public void Tokenized(TimeSpan took) => stageSeconds.Record(took.TotalSeconds, Tag("stage", "tokenise"));

    /// <summary>Records how long a window took on the device.</summary>
    /// <param name="took">How long.</param>
    /// <param name="known">Messages whose scores were there already.</param>
    public void Classified(TimeSpan took, int known)
    {
        Add(repeats, known);
        stageSeconds.Record(took.TotalSeconds, Tag("stage", "classify"));
        Volatile.Write(ref classifyTicks, classifyTicks + took.Ticks);
    }

    /// <summary>A window was not published, and is read again.</summary>
    public void Rewound() => rewinds.Add(1);

    /// <summary>Records of the heads topic are not used.</summary>
    /// <param name="count">How many.</param>
    /// <param name="reason">signature, head or anomaly.</param>
    public void RefusedHeads(int count, string reason) => Add(refusedHeads, count, Tag("reason", reason));

    public void Published(ScoredWindow window, WindowOutput output, PublishOutcome outcome, TimeSpan took)
    {
        stageSeconds.Record(took.TotalSeconds, Tag("stage", "publish"));
        if (outcome == PublishOutcome.Abandoned)
            return;
        var count = window.Window.Source.Records.Length;
        tokens.Add(window.Window.Tokens.Tokens);
        Results(output.Counts, window.Heads);
        Failures(window.Window.Failures);
        anomalies?.Observe(window);
        lags?.Published(window.Window.Source);
        Volatile.Write(ref totalMessages, totalMessages + count);
        Volatile.Write(ref totalTokens, totalTokens + window.Window.Tokens.Tokens);
        Volatile.Write(ref totalDeadLetters, totalDeadLetters + output.DeadLetters);
        Volatile.Write(ref totalReviews, totalReviews + output.Reviews);
        Volatile.Write(ref totalWindows, totalWindows + 1);
        lastUsed = window.Heads;
    }

    public void Dispose() => meter.Dispose();

    private void Results(WindowCounts counts, HeadSet heads)
    {
        foreach (var decision in Enum.GetValues<MessageDecision>())
            Add(messages, counts.Decisions[(int)decision], Tag("decision", DecisionNames.Of(decision)));
        foreach (var state in Enum.GetValues<ReviewState>())
            if (state != ReviewState.None)
                Add(reviews, counts.States[(int)state], Tag("state", DecisionNames.Of(state)));
        Add(audits, counts.Audits);
        for (var i = 0; i < heads.Challengers.Length; i++)
            Add(disagreements, counts.Disagreements[i], Tag("label", heads.Challengers[i].Head.Label));
        for (var label = 0; label < heads.Heads.Length; label++)
            for (var index = 0; index < LabelDecision.Count; index++)
            {
                var decided = LabelDecision.At(index);
                Add(decisions, counts.Labels[label * LabelDecision.Count + index],
                    Tag("label", heads.Heads[label].Label), Tag("decision", DecisionNames.Of(decided.Decision)),
                    Tag("confidence", DecisionNames.Of(decided.Confidence)));
            }
    }

    private void Failures(Failure?[] failures)
    {
        foreach (var failure in failures)
        {
            if (failure is { IsSkipped: true })
                skipped.Add(1);
            else if (failure is not null)
                deadLetters.Add(1, Tag("kind", failure.Kind.ToString()));
        }
    }

    private static List<Measurement<int>> Versions(IEnumerable<Head> heads) =>
        [.. heads.Select(head => new Measurement<int>(head.Version, Tag("label", head.Label)))];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Add(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (count > 0)
            counter.Add(count, tags);
    }

    private Counter<long> Counter(MetricName name) => meter.CreateCounter<long>(name.Name, name.Unit, name.Description);

    private void Gauge<T>(MetricName name, Func<IEnumerable<Measurement<T>>> observe)
        where T : struct => meter.CreateObservableGauge(name.Name, observe, name.Unit, name.Description);
}

/// <summary>Totals since the start.</summary>
/// <param name="Read">Messages read.</param>
/// <param name="Messages">Messages published.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="DeadLetters">How many of them are dead letters.</param>
/// <param name="Reviews">How many of them went to review.</param>
/// <param name="Windows">Windows published.</param>
/// <param name="Classifying">Time the device was busy.</param>
internal sealed record PipelineTotals(
    long Read, long Messages, long Tokens, long DeadLetters, long Reviews, long Windows, TimeSpan Classifying);
