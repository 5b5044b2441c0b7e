using System.Diagnostics.Metrics;
using Worker.Kafka.Groups;

namespace Worker.Telemetry;

/// <summary>
/// How far each partition that this worker reads is behind, in messages and in time. The publishing stage writes; the
/// collector of metrics reads.
/// </summary>
/// <param name="ends">The partitions that are read now, and the end of each as far as the client knows it (−1 if it
/// does not).</param>
internal sealed class PartitionLags(
    Func<IReadOnlyList<(string Topic, int Partition, long End)>> ends, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Topic, int Partition), (long Next, double Seconds)> published = [];

    /// <summary>A window's offsets are committed.</summary>
    public void Published(SourceWindow window)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        lock (gate)
        {
            foreach (var range in window.Ranges)
            {
                var partition = (range.Topic, range.Partition);
                // Records of a partition are in order, so the age of the last one remains. One lookup per partition,
                // not per message.
                var last = Array.FindLast(window.Records, record =>
                    record.TimestampMs > 0 && record.Partition == range.Partition && record.Topic == range.Topic);
                published[partition] = (range.Next, last is not null
                    ? Math.Max(0, (now - last.TimestampMs) / 1000.0)
                    : published.GetValueOrDefault(partition).Seconds);
            }
        }
    }

    /// <summary>
    /// Messages not published yet, of each partition that is read now and whose end and place are known.
    /// </summary>
    public IEnumerable<Measurement<long>> Messages() =>
        Read<long>((end, place) => end < 0 ? null : Math.Max(0, end - place.Next));

    /// <summary>Seconds between a message's timestamp and its publishing, of each partition's last.</summary>
    public IEnumerable<Measurement<double>> Seconds() => Read<double>((_, place) => place.Seconds);

    private List<Measurement<T>> Read<T>(Func<long, (long Next, double Seconds), T?> value)
        where T : struct
    {
        var measured = new List<Measurement<T>>();
        foreach (var (topic, partition, end) in ends())
        {
            (long, double) place;
            lock (gate)
            {
                if (!published.TryGetValue((topic, partition), out place))
                    continue;
            }
            if (value(end, place) is { } lag)
                measured.Add(new Measurement<T>(lag, new("topic", topic), new("partition", partition)));
        }
        return measured;
    }
}
