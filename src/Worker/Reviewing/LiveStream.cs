using System.Text.Json;
using Worker.Kafka.Groups;
using Worker.Kafka.Inspection;
using Worker.Review.Models;

namespace Worker.Reviewing;

/// <summary>
/// Looks at the stream every few seconds, wherever the workers run: the group's offsets say how fast it is, and a
/// sample of the newest results what it says. <see cref="Now"/> from any thread.
/// </summary>
/// <param name="probe">Used by the thread of <see cref="Run"/> alone.</param>
/// <param name="drift">Heads against their promises.</param>
internal sealed class LiveStream(StreamProbe probe, Func<IReadOnlyList<DriftView>> drift, TimeProvider clock)
    : ILiveStream
{
    private const int SampleOfPartition = 50;
    private const int Shown = 20;

    /// <summary>Labels of which the history is shown: as many as a chart has lines.</summary>
    private const int LabelsOverTime = 4;

    /// <summary>Looks that are kept: ten minutes.</summary>
    private const int Kept = 120;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly Queue<(LivePointView Point, IReadOnlyDictionary<string, double> Rates)> history = [];
    private (long Committed, long At)? before;
    private volatile LiveView now = new([], [], null, null, null, [], [], []);

    /// <inheritdoc/>
    public LiveView Now() => now with { Drift = drift() };

    /// <summary>Looks until stopped; give it a thread of its own.</summary>
    public void Run(CancellationToken stop)
    {
        do
            Look();
        while (!stop.WaitHandle.WaitOne(Every));
    }

    private void Look()
    {
        List<LiveResult> sample = [.. probe.NewestResults(SampleOfPartition).Select(Read).OfType<LiveResult>()
            .OrderByDescending(result => result.View.At)];
        List<LabelRateView> rates =
        [
            .. sample.SelectMany(result => result.Yes).GroupBy(label => label, StringComparer.Ordinal)
                .Select(label => new LabelRateView(label.Key, label.Count() / (double)sample.Count))
                .OrderByDescending(label => label.Rate).ThenBy(label => label.Label, StringComparer.Ordinal),
        ];
        var point = Point(probe.Progress(), sample);
        history.Enqueue((point, rates.ToDictionary(rate => rate.Label, rate => rate.Rate, StringComparer.Ordinal)));
        if (history.Count > Kept)
            history.Dequeue();
        now = new LiveView(
            [.. history.Select(look => look.Point)], rates, point.AnomalyRate, point.AskedRate, point.DeferredRate,
            [
                .. rates.Take(LabelsOverTime).Select(rate => new LabelHistoryView(
                    rate.Label, [.. history.Select(look => look.Rates.GetValueOrDefault(rate.Label))])),
            ],
            [.. sample.Take(Shown).Select(result => result.View)], []);
    }

    private LivePointView Point(GroupProgress? progress, List<LiveResult> sample)
    {
        double? rate = null;
        if (progress is { } group)
        {
            var at = clock.GetTimestamp();
            if (before is { } earlier)
                rate = Math.Max(0, group.Committed - earlier.Committed)
                    / clock.GetElapsedTime(earlier.At, at).TotalSeconds;
            before = (group.Committed, at);
        }
        var latencies = sample.Select(result => result.LatencyMs).Order().ToList();
        return new LivePointView(
            clock.GetUtcNow(), rate, progress?.Waiting,
            progress is { Waiting: 0 } ? 0 : rate is > 0 ? progress!.Value.Waiting / rate : null,
            Quantile(latencies, 0.5), Quantile(latencies, 0.99),
            Share(sample, result => result.View.Decision == "other"), Share(sample, result => result.View.Asked),
            Share(sample, result => result.IsDeferred));
    }

    private static double? Quantile(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];

    private static double? Share(List<LiveResult> sample, Func<LiveResult, bool> counts) =>
        sample.Count == 0 ? null : sample.Count(counts) / (double)sample.Count;

    /// <summary>Null for what is no result.</summary>
    private static LiveResult? Read(SourceRecord record)
    {
        if (record.Value is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(record.Value);
            var result = document.RootElement;
            var source = result.GetProperty("source");
            var labels = result.GetProperty("labels");
            var top = result.TryGetProperty("top", out var most) ? most.GetProperty("label").GetString() : null;
            var state = result.TryGetProperty("review", out var review)
                ? review.GetProperty("state").GetString()
                : null;
            JsonElement? said = top is not null && labels.TryGetProperty(top, out var named) ? named : null;
            return new LiveResult(
                new LiveResultView(
                    DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs),
                    new MessagePlaceView(
                        source.GetProperty("topic").GetString()!, source.GetProperty("partition").GetInt32(),
                        source.GetProperty("offset").GetInt64()),
                    result.GetProperty("decision").GetString()!, top,
                    top is null ? null : most.GetProperty("p").GetDouble(),
                    said?.GetProperty("confidence").GetString(),
                    result.TryGetProperty("anomaly", out var anomaly) ? anomaly.GetProperty("p").GetDouble() : null,
                    state == "asked"),
                record.TimestampMs - source.GetProperty("timestamp").GetInt64(), state == "deferred",
                [
                    .. labels.EnumerateObject().Where(label => label.Value.GetProperty("decision").GetString() == "yes")
                        .Select(label => label.Name),
                ]);
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            // Somebody else's record.
            return null;
        }
    }

    /// <summary>What is counted of a result.</summary>
    /// <param name="IsDeferred">Whether the budget was too short to ask about it.</param>
    /// <param name="Yes">Labels that are yes.</param>
    private sealed record LiveResult(LiveResultView View, double LatencyMs, bool IsDeferred, string[] Yes);
}
