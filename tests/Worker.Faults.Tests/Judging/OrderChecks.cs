namespace Worker.Faults.Tests.Judging;

/// <summary>
/// Order. Exactly-once: in each partition of an outlet, messages from one partition of the input are in order. In both
/// modes: the first appearances of each key's messages are in order (a message without a key may go to any partition of
/// the outlet, so after a second pass it has no order to keep).
/// </summary>
internal static class OrderChecks
{
    public static void Run(Evidence evidence, List<Appearance> appearances, List<Violation> violations)
    {
        var partitions = appearances.GroupBy(appearance => (appearance.Outlet, appearance.Partition));
        foreach (var partition in partitions)
        {
            var inOrder = partition.OrderBy(appearance => appearance.Offset).ToList();
            if (evidence.DoublesAllowedFromMs is null)
                CheckSources(inOrder, violations);
            CheckKeys(evidence, inOrder, violations);
        }
    }

    private static void CheckSources(List<Appearance> records, List<Violation> violations)
    {
        var last = new Dictionary<int, Appearance>();
        foreach (var record in records)
        {
            // Equal means a duplicate, which is counted as one.
            if (last.TryGetValue(record.SourcePartition, out var before) && record.SourceOffset < before.SourceOffset)
                violations.Add(new(Breach.OutOfOrder, $"message {record.Id}: {record} comes after {before}"));
            else
                last[record.SourcePartition] = record;
        }
    }

    private static void CheckKeys(Evidence evidence, List<Appearance> records, List<Violation> violations)
    {
        var last = new Dictionary<string, (int Sequence, Appearance Record)>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        foreach (var record in records)
        {
            var message = evidence.Sent[record.Id];
            if (message.Key is null || !seen.Add(record.Id))
                continue;
            if (last.TryGetValue(message.Key, out var before) && message.Sequence < before.Sequence)
                violations.Add(
                    new(Breach.OutOfOrder,
                    $"{message}: {record} comes after {message.Key}:{before.Sequence}, {before.Record}"));
            else
                last[message.Key] = (message.Sequence, record);
        }
    }
}
