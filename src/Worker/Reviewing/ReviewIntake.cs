using Microsoft.Extensions.Logging;
using Worker.Core.Questions;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Reviewing;

/// <summary>Records of the review topic into the queue, each once. One thread.</summary>
/// <param name="store">Where to.</param>
/// <param name="topic">Whose offsets the store names.</param>
/// <param name="retry">For the store.</param>
/// <param name="log">For its lines.</param>
internal sealed class ReviewIntake(LearningStore store, string topic, StoreRetry retry, ILogger log)
{
    private Dictionary<(string Topic, int Partition), long> next = [];

    /// <summary>Where each partition is to be read on from.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> NextOffsets(CancellationToken stop)
    {
        try
        {
            return next = retry.Run(store.Examples.NextOffsets, stop).Where(one => one.Key.Topic == topic)
                .ToDictionary(one => one.Key, one => one.Value);
        }
        catch (OperationCanceledException)
        {
            // It is ending: nothing will be recorded from there.
            return next;
        }
    }

    /// <summary>Records them; false when another reader has recorded some of them, and none was now.</summary>
    public bool Take(IReadOnlyList<SourceRecord> records, CancellationToken stop)
    {
        var fresh = records.Where(record =>
            !next.TryGetValue((record.Topic, record.Partition), out var from) || record.Offset >= from).ToList();
        if (fresh.Count == 0)
            return true;
        var progress = Progress(fresh);
        try
        {
            retry.Run(() => store.Intake.Record([.. fresh.Select(Read).OfType<ReviewItem>()], progress), stop);
        }
        catch (OutOfStepException other)
        {
            log.LogInformation("Review: {Reason}; reading goes on from there", other.Message);
            return false;
        }
        foreach (var one in progress)
            next[(one.Topic, one.Partition)] = one.To;
        return true;
    }

    private PartitionProgress[] Progress(List<SourceRecord> records) =>
        [.. records.GroupBy(record => (record.Topic, record.Partition)).Select(partition => new PartitionProgress(
            partition.Key.Topic, partition.Key.Partition,
            next.TryGetValue(partition.Key, out var from) ? from : null,
            partition.Max(record => record.Offset) + 1))];

    private ReviewItem? Read(SourceRecord record)
    {
        try
        {
            return ReviewItemJson.Read(record.Value ?? throw new ReviewItemException("has no value (a tombstone)"));
        }
        catch (ReviewItemException refused)
        {
            // It stays on the topic, and nobody is asked about it.
            log.LogError("Review: {Topic}[{Partition}]@{Offset} {Reason}: it is left out. Only workers may write there",
                record.Topic, record.Partition, record.Offset, refused.Message);
            return null;
        }
    }
}
