using System.Text.Json;

namespace Worker.Replaying;

/// <summary>
/// Which dead letters were already sent back. Its records are written in the transaction that sends the messages, so
/// each is sent at most once, whatever was selected and whenever a run was killed. Offsets count only for the topic
/// they were written for: a topic that is made again under the same name starts anew.
/// </summary>
internal sealed class ReplayLedger(string topicId)
{
    private readonly Dictionary<int, List<(long First, long Last)>> replayed = [];
    private bool sorted = true;

    /// <summary>One record of the ledger: what a transaction sent of one partition of the dead letters.</summary>
    /// <param name="topicId">Kafka's id of the dead-letter topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="offsets">Rising.</param>
    /// <param name="now">When.</param>
    public static byte[] Record(string topicId, int partition, IReadOnlyList<long> offsets, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("topic_id", topicId);
            json.WriteNumber("partition", partition);
            json.WriteString("at", now);
            json.WriteStartArray("replayed");
            for (var i = 0; i < offsets.Count;)
            {
                var first = i++;
                while (i < offsets.Count && offsets[i] == offsets[i - 1] + 1)
                    i++;
                json.WriteStartArray();
                json.WriteNumberValue(offsets[first]);
                json.WriteNumberValue(offsets[i - 1]);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Takes up a record of the ledger.</summary>
    /// <exception cref="FormatException">The record is malformed, so it is not safe to go on.</exception>
    public void Add(byte[]? record)
    {
        try
        {
            using var json = JsonDocument.Parse(record ?? throw new FormatException("a record without a value"));
            var root = json.RootElement;
            if (!string.Equals(root.GetProperty("topic_id").GetString(), topicId, StringComparison.Ordinal))
                return;
            var partition = root.GetProperty("partition").GetInt32();
            if (!replayed.TryGetValue(partition, out var ranges))
                replayed[partition] = ranges = [];
            foreach (var range in root.GetProperty("replayed").EnumerateArray())
                ranges.Add((range[0].GetInt64(), range[1].GetInt64()));
            sorted = false;
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException)
        {
            throw new FormatException($"the ledger of replays holds a malformed record ({error.Message})", error);
        }
    }

    /// <summary>Whether the dead letter there was already sent back.</summary>
    public bool Contains(int partition, long offset)
    {
        if (!sorted)
            Merge();
        if (!replayed.TryGetValue(partition, out var ranges))
            return false;
        var (low, high) = (0, ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Last < offset)
                low = middle + 1;
            else if (ranges[middle].First > offset)
                high = middle - 1;
            else
                return true;
        }
        return false;
    }

    private void Merge()
    {
        foreach (var ranges in replayed.Values)
        {
            ranges.Sort();
            var kept = 0;
            for (var i = 1; i < ranges.Count; i++)
            {
                if (ranges[i].First <= ranges[kept].Last + 1)
                    ranges[kept] = (ranges[kept].First, Math.Max(ranges[kept].Last, ranges[i].Last));
                else
                    ranges[++kept] = ranges[i];
            }
            if (ranges.Count > 0)
                ranges.RemoveRange(kept + 1, ranges.Count - kept - 1);
        }
        sorted = true;
    }
}
