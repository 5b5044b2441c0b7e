using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// After windows were abandoned: reads every partition that is still ours again, from after the last published record.
/// Reader's thread only.
/// </summary>
internal sealed class Rewinding(GroupSession group, LookAhead ahead, PartitionFlow flow)
{
    private const int MaximumFailedSeeks = 200;
    private int failedSeeks;

    /// <summary>The epoch of the ledger to which messages read now belong.</summary>
    public int Epoch { get; private set; }

    /// <summary>Whether nothing was abandoned since the last rewind.</summary>
    public bool IsDone => Epoch == group.Ledger.Epoch;

    /// <summary>False if it cannot be done yet: poll, and try again.</summary>
    /// <exception cref="KafkaFailureException">It is impossible: stop.</exception>
    public bool TryRewind()
    {
        var epoch = group.Ledger.Epoch;
        if (Epoch == epoch)
            return true;
        ahead.Unread(group.Ledger);
        flow.ResumeRoomy();
        if (group.Ledger.AreOffsetsUnknown && !TryLearnOffsets(epoch))
            return false;
        try
        {
            foreach (var partition in group.Consumer.Assignment)
                if (group.Ledger.ResumeAt(partition) is { } offset)
                    group.Consumer.Seek(new TopicPartitionOffset(partition, offset));
        }
        catch (KafkaException error) when (failedSeeks++ < MaximumFailedSeeks)
        {
            // The partition is just coming or going. Let the client settle that, take nothing, and try again.
            group.Log.Write(LogLevel.Debug, "seek", error.Error.Reason);
            return false;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(KafkaFailure.Fatal,
                $"cannot read again from what was committed in '{group.Options.Topics.Messages}': {error.Error.Reason}",
                error);
        }
        failedSeeks = 0;
        Epoch = epoch;
        return true;
    }

    /// <summary>
    /// Asks the group how far it is, because a transaction whose end we did not see may have been committed. The broker
    /// answers only when no transaction on these offsets is open.
    /// </summary>
    private bool TryLearnOffsets(int epoch)
    {
        try
        {
            group.Ledger.Learn(
                group.Consumer.Committed(group.Consumer.Assignment, PartitionStarts.OffsetPatience), epoch);
            return true;
        }
        catch (KafkaException error)
        {
            group.Log.Write(LogLevel.Warning, "committed offsets",
                $"waiting for the offsets of group '{group.Options.GroupId}': {error.Error.Reason}");
            return false;
        }
    }
}
