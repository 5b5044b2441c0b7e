namespace Worker.Telemetry;

/// <summary>A metric that the worker exports.</summary>
/// <param name="Name">The instrument's name; Prometheus has '_' for '.', and adds the unit and, for counters,
/// "_total".</param>
/// <param name="Unit">UCUM: "s", or a thing in braces.</param>
/// <param name="Description">One line.</param>
/// <param name="Tags">Names of its tags.</param>
internal sealed record MetricName(string Name, string Unit, string Description, params string[] Tags);

/// <summary>
/// Every metric of the worker, in one place. A test checks what is exported, and docs/metrics.md, against this list.
/// </summary>
internal static class MetricNames
{
    /// <summary>The meter that all of them belong to.</summary>
    public const string Meter = "worker";

    public static readonly MetricName Messages = new(
        "worker.messages", "{message}", "Messages whose results and offsets are in Kafka", "decision");
    public static readonly MetricName Tokens = new("worker.tokens", "{token}", "Tokens of those messages");
    public static readonly MetricName Decisions = new(
        "worker.decisions", "{decision}", "Label decisions in results", "label", "decision", "confidence");
    public static readonly MetricName DeadLettered = new(
        "worker.dead_letters", "{message}", "Messages sent to dead-letters", "kind");
    public static readonly MetricName Skipped = new(
        "worker.skipped", "{message}", "Messages without a value that were skipped (Input:NullValue)");
    public static readonly MetricName Reviews = new(
        "worker.reviews", "{message}", "Messages that people should see", "state");
    public static readonly MetricName Audits = new("worker.audits", "{message}", "Messages of the random audit arm");
    public static readonly MetricName WindowMessages = new(
        "worker.window.messages", "{message}", "Messages per window");
    public static readonly MetricName StageSeconds = new(
        "worker.stage.duration", "s", "Time that a stage took for a window", "stage");
    public static readonly MetricName Rewinds = new(
        "worker.rewinds", "{window}", "Windows that were not published and are read again");
    public static readonly MetricName Repeats = new(
        "worker.repeats", "{message}", "Messages whose scores were there already (Window:RepeatsMb)");
    public static readonly MetricName HeadVersion = new(
        "worker.head.version", "{version}", "Version of each head in use", "label");
    public static readonly MetricName RefusedHeads = new(
        "worker.heads.refused", "{record}", "Records of the heads topic that are not used (the log says why)",
        "reason");
    public static readonly MetricName ChallengerVersion = new(
        "worker.challenger.version", "{version}", "Version of each challenger that runs in shadow", "label");
    public static readonly MetricName CanaryVersion = new(
        "worker.canary.version", "{version}", "Version of each canary that decides a share of the messages", "label");
    public static readonly MetricName Disagreements = new(
        "worker.challenger.disagreements", "{message}",
        "Messages of which a challenger decides otherwise than the head in use", "label");
    public static readonly MetricName AnomalyEvidence = new(
        "worker.anomaly.evidence", "1", "How strongly the stream speaks for more unknown texts; 1 at the start");
    public static readonly MetricName AnomalyDrift = new(
        "worker.anomaly.drift", "{alarm}", "1 once unknown texts have become more frequent, else 0");
    public static readonly MetricName Lag = new(
        "worker.lag", "{message}", "Messages of a partition that are not published yet", "topic", "partition");
    public static readonly MetricName TimeLag = new("worker.time_lag", "s",
        "Age of a partition's last published message when it was published", "topic", "partition");
    public static readonly MetricName Ready = new(
        "worker.ready", "{worker}", "1 while it classifies, 0 while it waits for something");
    public static readonly MetricName Outage = new(
        "worker.kafka.outage", "{outage}", "1 while Kafka does not serve this worker (the log has details), else 0");

    public static readonly MetricName Examples = new(
        "worker.learn.examples", "{text}", "Answered texts that the store holds of each label", "label", "answer");
    public static readonly MetricName PendingAnswers = new(
        "worker.learn.pending", "{text}", "Texts whose answer changed since the label's last training", "label");
    public static readonly MetricName AnswerAge = new(
        "worker.learn.answer_age", "s", "Time since the label's last answer was given", "label");
    public static readonly MetricName HeadsMade = new(
        "worker.learn.heads", "{head}", "Trainings by what became of the head; none: no head could be made",
        "label", "outcome");
    public static readonly MetricName AuditError = new(
        "worker.audit.error", "1", "Share of the audited decisions of the head in use that people contradict",
        "label");
    public static readonly MetricName AuditBound = new(
        "worker.audit.bound", "1", "Lower bound of that error, which holds at all times together", "label");
    public static readonly MetricName PromisedError = new(
        "worker.audit.promised", "1", "The most that the head's own figures allow for", "label");
    public static readonly MetricName Drift = new(
        "worker.audit.drift", "{alarm}", "1 while the bound is above what was promised, else 0", "label");

    public static IReadOnlyList<MetricName> All { get; } =
    [
        Messages, Tokens, Decisions, DeadLettered, Skipped, Reviews, Audits, WindowMessages, StageSeconds, Rewinds,
        Repeats, HeadVersion, RefusedHeads, ChallengerVersion, CanaryVersion, Disagreements, AnomalyEvidence,
        AnomalyDrift, Lag, TimeLag, Ready, Outage, Examples, PendingAnswers, AnswerAge, HeadsMade, AuditError,
        AuditBound, PromisedError, Drift,
    ];
}
