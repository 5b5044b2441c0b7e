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
    private int _failedSeeks;

    private void Assigned(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
            Ledger.Forget(partition);
        AssignedLine(_logger, partitions.Count, string.Join(", ", partitions));
    }

    private void Revoked(List<TopicPartitionOffset> partitions)
    {
        // 1. What was only gathered goes back: the next owner reads it.
        foreach (var partition in partitions)
            _next.Drop(partition.TopicPartition);
        // 2. What is in flight is published and committed by the other threads.
        if (!Ledger.Drain(TimeSpan.FromMilliseconds(_options.RevokeDrainMs)))
            NotDrained(_logger, _options.RevokeDrainMs);
        Forget(partitions);
        RevokedLine(_logger, partitions.Count, string.Join(", ", partitions.Select(partition => partition.TopicPartition)));
    }

    private void Lost(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            _next.Drop(partition.TopicPartition);
        // Others may read these partitions already: nothing more is published for them.
        Ledger.Drain(TimeSpan.Zero);
        Forget(partitions);
        LostLine(_logger, partitions.Count, string.Join(", ", partitions.Select(partition => partition.TopicPartition)));
    }

    private void Forget(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            Ledger.Forget(partition.TopicPartition);
    }

    /// <summary>After windows were abandoned: reads every partition that is still ours again, from behind what was published.</summary>
    private void RewindIfAbandoned()
    {
        var epoch = Ledger.Epoch;
        if (_epoch == epoch)
            return;
        _next.Unread(Ledger);
        try
        {
            foreach (var partition in _consumer.Assignment)
                if (Ledger.ResumeAt(partition) is { } offset)
                    _consumer.Seek(new TopicPartitionOffset(partition, offset));
        }
        catch (KafkaException error) when (_failedSeeks++ < MostFailedSeeks)
        {
            // The partition is just coming or going: let the client settle that, take nothing, and try again.
            _log.Write(LogLevel.Debug, "seek", error.Error.Reason);
            Poll(PollSlice);
            return;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(KafkaFailure.Fatal,
                $"cannot read again from what was committed in '{_options.Topics.Messages}': {error.Error.Reason}", error);
        }
        _failedSeeks = 0;
        _epoch = epoch;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Assigned {Count} more partitions: {Partitions}")]
    private static partial void AssignedLine(ILogger logger, int count, string partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Handed back {Count} partitions: {Partitions}")]
    private static partial void RevokedLine(ILogger logger, int count, string partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost {Count} partitions, their windows in flight are abandoned: {Partitions}")]
    private static partial void LostLine(ILogger logger, int count, string partitions);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Windows in flight were not published within {Milliseconds} ms of a revoke: they are abandoned and read again")]
    private static partial void NotDrained(ILogger logger, int milliseconds);
}
