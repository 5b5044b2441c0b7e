using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Which records of a partly published window are already in Kafka. Records are identified by their message and topic,
/// because the window is built again, with a dead letter in place of the refused record.
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

    /// <summary>All of the tried records except the missing ones are in Kafka.</summary>
    public void Add(
        SourceWindow of, IReadOnlyList<OutgoingRecord> records, IReadOnlyList<int> tried, IReadOnlyList<int> missing)
    {
        window = of;
        var lacking = missing.ToHashSet();
        foreach (var index in tried)
            if (records[index].Source >= 0 && !lacking.Contains(index))
                known.Add((records[index].Source, records[index].Topic));
    }

    /// <summary>The numbers 0 to count - 1 without storing them.</summary>
    private sealed class AllIndices(int count) : IReadOnlyList<int>
    {
        public int Count => count;

        public int this[int index] => index;

        public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
