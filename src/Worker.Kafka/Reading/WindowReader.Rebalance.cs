using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;

namespace Worker.Kafka.Reading;

/// <summary>
/// What happens inside a poll when partitions come and go. The client itself assigns and unassigns: with cooperative
/// rebalancing a handler must not.
/// </summary>
public sealed partial class WindowReader
{
    private const int MostFailedSeeks = 200;
    private static readonly TimeSpan OffsetPatience = TimeSpan.FromSeconds(5);
    private int failedSeeks;

    private void Assigned(List<TopicPartition> partitions)
    {
        unreleasedSince = null;
        foreach (var partition in partitions)
        {
            Ledger.Forget(partition);
            Expect(partition);
        }
        isAssigned = true;
        awaitsGroup = false;
        // Cooperative rebalancing tells each member of each round, also where nothing comes.
        var all = Held(partitions);
        if (partitions.Count > 0)
            log.Say(LogLevel.Information, level => AssignedLine(logger, level, partitions.Count, PartitionNames.Of(partitions), all));
    }

    private void Revoked(List<TopicPartitionOffset> partitions)
    {
        Resume([.. partitions.Select(partition => partition.TopicPartition)]);
        // 1. What was only read ahead goes back: the next owner reads it.
        foreach (var partition in partitions)
            ahead.Drop(partition.TopicPartition);
        // 2. What is in flight is published and committed by the other threads.
        if (!Drain(TimeSpan.FromMilliseconds(options.RevokeDrainMs)))
            log.Say(LogLevel.Warning, level => NotDrained(logger, level, options.RevokeDrainMs));
        Forget(partitions);
        if (partitions.Count > 0)
            log.Say(LogLevel.Information, level => RevokedLine(logger, level, partitions.Count, PartitionNames.Of(partitions.Select(partition => partition.TopicPartition))));
    }

    private void Lost(List<TopicPartitionOffset> partitions)
    {
        Resume([.. partitions.Select(partition => partition.TopicPartition)]);
        foreach (var partition in partitions)
            ahead.Drop(partition.TopicPartition);
        // Others may read these partitions already: nothing more is published for them.
        Drain(TimeSpan.Zero);
        Forget(partitions);
        awaitsGroup = true;
        if (partitions.Count > 0)
            log.Say(LogLevel.Warning, level => LostLine(logger, level, partitions.Count, PartitionNames.Of(partitions.Select(partition => partition.TopicPartition))));
    }

    /// <summary>Waits for the publisher, who may be waiting for a broker.</summary>
    private bool Drain(TimeSpan bound)
    {
        using (Heartbeat.Rest())
            return Ledger.Drain(bound);
    }

    /// <summary>How many partitions there are with those that come: inside the handler the client may or may not count them yet.</summary>
    private int Held(List<TopicPartition> more) => life.Consumer.Assignment.Union(more).Count();

    private void Forget(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
        {
            Ledger.Forget(partition.TopicPartition);
            unreadable.Remove(partition.TopicPartition);
            silent.Forget(partition.TopicPartition);
        }
    }

    /// <summary>After windows were abandoned: reads every partition that is still ours again, from behind what was published.</summary>
    private void RewindIfAbandoned()
    {
        var epoch = Ledger.Epoch;
        if (readEpoch == epoch)
            return;
        ahead.Unread(Ledger);
        ResumeRoomy();
        if (Ledger.AreOffsetsUnknown && !AskedForOffsets(epoch))
            return;
        try
        {
            foreach (var partition in life.Consumer.Assignment)
                if (Ledger.ResumeAt(partition) is { } offset)
                    life.Consumer.Seek(new TopicPartitionOffset(partition, offset));
        }
        catch (KafkaException error) when (failedSeeks++ < MostFailedSeeks)
        {
            // The partition is just coming or going: let the client settle that, take nothing, and try again.
            log.Write(LogLevel.Debug, "seek", error.Error.Reason);
            Poll(PollSlice);
            return;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(KafkaFailure.Fatal,
                $"cannot read again from what was committed in '{options.Topics.Messages}': {error.Error.Reason}", error);
        }
        failedSeeks = 0;
        readEpoch = epoch;
    }

    /// <summary>
    /// Learns from the group how far it is: a transaction whose end we did not see may have been committed. The broker
    /// answers only once no transaction on these offsets is open.
    /// </summary>
    private bool AskedForOffsets(int epoch)
    {
        try
        {
            Ledger.Learn(life.Consumer.Committed(life.Consumer.Assignment, OffsetPatience), epoch);
            return true;
        }
        catch (KafkaException error)
        {
            log.Write(LogLevel.Warning, "committed offsets", $"waiting for the offsets of group '{options.GroupId}': {error.Error.Reason}");
            Poll(PollSlice);
            ahead.Unread(Ledger);
            return false;
        }
    }

    [LoggerMessage(Message = "Assigned {Count} more partitions, {All} in all: {Partitions}")]
    private static partial void AssignedLine(ILogger logger, LogLevel level, int count, string partitions, int all);

    [LoggerMessage(Message = "Handed back {Count} partitions: {Partitions}")]
    private static partial void RevokedLine(ILogger logger, LogLevel level, int count, string partitions);

    [LoggerMessage(Message = "Lost {Count} partitions, their windows in flight are abandoned: {Partitions}")]
    private static partial void LostLine(ILogger logger, LogLevel level, int count, string partitions);

    [LoggerMessage(
        Message = "Windows in flight were not published within the {Milliseconds} ms that a revoke waits (Kafka:RevokeDrainMs), or publishing has " +
            "ended: they are abandoned and read again")]
    private static partial void NotDrained(ILogger logger, LogLevel level, int milliseconds);
}
