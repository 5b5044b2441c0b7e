using System.Diagnostics.Metrics;
using Worker.Store.Examples;
using Worker.Telemetry;

namespace Worker.Learner;

/// <summary>
/// What a learner knows, as .NET metrics (<see cref="MetricNames"/>). Learners of one store all tell the same of its
/// labels. One writer; any thread may read.
/// </summary>
internal sealed class LearnerMeter : IDisposable
{
    private readonly Meter meter = new(MetricNames.Meter);
    private readonly Counter<long> heads;
    private volatile IReadOnlyList<LabelState> labels = [];
    private volatile IReadOnlyList<AuditFigures> audits = [];

    public LearnerMeter(TimeProvider clock)
    {
        heads = meter.CreateCounter<long>(
            MetricNames.HeadsMade.Name, MetricNames.HeadsMade.Unit, MetricNames.HeadsMade.Description);
        Gauge(MetricNames.Examples, () => labels.SelectMany(label => (Measurement<long>[])
        [
            new(label.Positives, Tag("label", label.Name), Tag("answer", "yes")),
            new(label.Negatives, Tag("label", label.Name), Tag("answer", "no")),
            new(label.Weak, Tag("label", label.Name), Tag("answer", "weak")),
            new(label.Disputed, Tag("label", label.Name), Tag("answer", "disputed")),
        ]));
        Gauge(MetricNames.PendingAnswers, () => labels.Select(label =>
            new Measurement<long>(label.Pending, Tag("label", label.Name))));
        Gauge(MetricNames.AnswerAge, () => labels.Where(label => label.LastAnswer is not null).Select(label =>
            new Measurement<double>(
                (clock.GetUtcNow() - label.LastAnswer!.Value).TotalSeconds, Tag("label", label.Name))));
        Gauge(MetricNames.AuditError, () => audits.Where(label => label.Seen > 0).Select(label =>
            new Measurement<double>((double)label.Errors / label.Seen, Tag("label", label.Label))));
        Gauge(MetricNames.AuditBound, () => audits.Select(label =>
            new Measurement<double>(label.Lower, Tag("label", label.Label))));
        Gauge(MetricNames.PromisedError, () => audits.Where(label => label.Promised is not null).Select(label =>
            new Measurement<double>(label.Promised!.Value, Tag("label", label.Label))));
        Gauge(MetricNames.Drift, () => audits.Select(label =>
            new Measurement<int>(label.Alarm ? 1 : 0, Tag("label", label.Label))));
    }

    /// <summary>How labels stand, and their heads in use in the audit.</summary>
    public void Stand(IReadOnlyList<LabelState> states, IReadOnlyList<AuditFigures> figures) =>
        (labels, audits) = (states, figures);

    /// <summary>What became of a label in a round.</summary>
    public void Made(RoundOutcome outcome) => heads.Add(
        1, Tag("label", outcome.Label), Tag("outcome", outcome.State?.ToString().ToLowerInvariant() ?? "none"));

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private void Gauge<T>(MetricName name, Func<IEnumerable<Measurement<T>>> observe)
        where T : struct => meter.CreateObservableGauge(name.Name, observe, name.Unit, name.Description);
}
