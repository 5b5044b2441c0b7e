using Worker.Core;
using Worker.Core.Answers;
using Worker.Store.Sending;

namespace Worker.Store.Examples;

/// <summary>Events that are recorded together, and how far they take their partitions.</summary>
/// <param name="Events">In the order of arrival. Each has a text, or withdraws another.</param>
/// <param name="Progress">One for each partition that they came from; empty for events that come from
/// elsewhere.</param>
internal sealed record LabelBatch(IReadOnlyList<LabelEvent> Events, IReadOnlyList<PartitionProgress> Progress)
{
    /// <summary>What is to be sent to Kafka because of the batch, e.g. dead letters of events that cannot be
    /// read.</summary>
    public IReadOnlyList<OutboxRecord> Outgoing { get; init; } = [];
}

/// <summary>How far a partition of the labels topic is recorded.</summary>
/// <param name="From">The next offset that the store names before; null when it knows nothing of the
/// partition.</param>
/// <param name="To">The next offset after the batch.</param>
internal readonly record struct PartitionProgress(string Topic, int Partition, long? From, long To);

/// <summary>What became of a batch.</summary>
/// <param name="Recorded">Events that were new.</param>
/// <param name="Repeated">Events whose id was there already.</param>
/// <param name="Erased">Events on texts that were erased: not recorded.</param>
/// <param name="Changed">Examples whose answer changed.</param>
internal readonly record struct BatchReport(int Recorded, int Repeated, int Erased, int Changed);

/// <summary>Another reader has recorded a partition further or less far than this one believes: ask the store where it
/// stands, and read from there.</summary>
internal sealed class OutOfStepException(string message) : UserFacingException(message);
