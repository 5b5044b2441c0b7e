using Microsoft.Extensions.Logging;
using Worker.Core.Questions;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;

namespace Worker.Reviewing;

/// <summary>Records of the review topic into the queue, each once. One thread.</summary>
/// <param name="store">Where to.</param>
/// <param name="calls">To the store.</param>
/// <param name="log">For its lines.</param>
internal sealed class ReviewIntake(LearningStore store, StoreCalls calls, ILogger log)
{
    private readonly RecordedOffsets offsets = new(store, calls, log);

    /// <inheritdoc cref="RecordedOffsets.Ask"/>
    public IReadOnlyDictionary<(string Topic, int Partition), long> NextOffsets(CancellationToken stop) =>
        offsets.Ask(stop);

    /// <inheritdoc cref="RecordedOffsets.Take"/>
    public bool Take(IReadOnlyList<SourceRecord> records, CancellationToken stop) => offsets.Take(
        records, (fresh, progress) =>
        {
            ReviewItem[] items = [.. fresh.Select(Read).OfType<ReviewItem>()];
            calls.Run(() => store.Intake.Record(items, progress), stop);
        });

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
