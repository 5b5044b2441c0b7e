using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Which records of a window that was published in part are in Kafka already. Records are known by the message they
/// come from and their topic, because the window comes back built anew, with a dead letter in place of what was
/// refused.
/// </summary>
internal sealed class AcknowledgedRecords
{
    private readonly HashSet<(int Source, string Topic)> known = [];
    private SourceWindow? window;

    /// <summary>The indices of the records that are still to be published: all of a window not seen before.</summary>
    public IReadOnlyList<int> Missing(SourceWindow of, IReadOnlyList<OutgoingRecord> records)
    {
        if (!ReferenceEquals(window, of))
        {
            known.Clear();
            window = null;
            return new AllIndices(records.Count);
        }
        var missing = new List<int>();
        for (var i = 0; i < records.Count; i++)
            if (!known.Contains((records[i].Source, records[i].Topic)))
                missing.Add(i);
        return missing;
    }

    /// <summary>Of the records that were tried, all but the missing ones are in Kafka.</summary>
    public void Add(
        SourceWindow of, IReadOnlyList<OutgoingRecord> records, IReadOnlyList<int> tried, IReadOnlyList<int> missing)
    {
        window = of;
        var lacking = missing.ToHashSet();
        foreach (var index in tried)
            if (records[index].Source >= 0 && !lacking.Contains(index))
                known.Add((records[index].Source, records[index].Topic));
    }

    /// <summary>0 to count - 1 without holding them.</summary>
    private sealed class AllIndices(int count) : IReadOnlyList<int>
    {
        public int Count => count;

        public int this[int index] => index;

        public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
