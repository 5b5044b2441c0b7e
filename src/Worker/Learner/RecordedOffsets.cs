using Microsoft.Extensions.Logging;
using Worker.Kafka.Groups;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// How far the partitions of a topic are recorded in the store. Invariant: a partition moves on only together with what
/// its records led to, so each record counts once, however often it is read and by whom. One thread.
/// </summary>
/// <param name="store">It names the offsets.</param>
/// <param name="calls">To the store.</param>
/// <param name="log">For its line.</param>
internal sealed class RecordedOffsets(LearningStore store, StoreCalls calls, ILogger log)
{
    private Dictionary<(string Topic, int Partition), long> next = [];

    /// <summary>Where each partition is to be read on from.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Ask(CancellationToken stop)
    {
        try
        {
            return next = new Dictionary<(string Topic, int Partition), long>(
                calls.Run(store.Examples.NextOffsets, stop));
        }
        catch (OperationCanceledException)
        {
            // It is ending: nothing will be recorded from there.
            return next;
        }
    }

    /// <summary>Records those that are not recorded yet.</summary>
    /// <param name="records">Those of a partition in their order.</param>
    /// <param name="record">Writes what they led to, and the offsets, in one transaction.</param>
    /// <returns>False when another reader has recorded some of them, and none was now.</returns>
    public bool Take(
        IReadOnlyList<SourceRecord> records, Action<IReadOnlyList<SourceRecord>, PartitionProgress[]> record)
    {
        var fresh = records.Where(one =>
            !next.TryGetValue((one.Topic, one.Partition), out var from) || one.Offset >= from).ToList();
        if (fresh.Count == 0)
            return true;
        PartitionProgress[] progress = [.. fresh.GroupBy(one => (one.Topic, one.Partition)).Select(partition =>
            new PartitionProgress(
                partition.Key.Topic, partition.Key.Partition,
                next.TryGetValue(partition.Key, out var from) ? from : null,
                partition.Max(one => one.Offset) + 1))];
        try
        {
            record(fresh, progress);
        }
        catch (OutOfStepException other)
        {
            log.LogInformation("{Topic}: {Reason}; reading goes on from there", fresh[0].Topic, other.Message);
            return false;
        }
        foreach (var one in progress)
            next[(one.Topic, one.Partition)] = one.To;
        return true;
    }
}
