using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// What happens inside a poll when partitions come and go. The client itself assigns and unassigns; with cooperative
/// rebalancing a handler must not. Reader's thread only.
/// </summary>
internal sealed partial class Rebalances
{
    private readonly GroupSession group;
    private readonly LookAhead ahead;
    private readonly PartitionFlow flow;
    private readonly PartitionStarts starts;
    private readonly Heartbeat heartbeat;
    private readonly ILogger logger;

    /// <summary>Handles the group's rebalances from now on.</summary>
    public Rebalances(
        GroupSession group, LookAhead ahead, PartitionFlow flow, PartitionStarts starts, Heartbeat heartbeat)
    {
        (this.group, this.ahead, this.flow, this.starts, this.heartbeat) = (group, ahead, flow, starts, heartbeat);
        logger = group.Loggers.CreateLogger<Rebalances>();
        group.Handlers = new RebalanceHandlers(Assigned, Revoked, Lost);
    }

    /// <summary>
    /// The group refuses this member, and a fresh one may join. What was read and is not published is read again by the
    /// new owners of the partitions.
    /// </summary>
    public void JoinAgain(Error error)
    {
        group.Log.Write(LogLevel.Warning, "refused",
            $"{group.Reason(error)}: joining group '{group.Options.GroupId}' again as " +
            $"'{group.Options.GroupInstanceId}'");
        // Once this has returned, the publisher is not inside the old consumer and does not come back to it.
        group.Ledger.Drain(TimeSpan.Zero, heartbeat);
        if (group.Consumer.Assignment is { Count: > 0 } still)
            group.Lose([.. still.Select(partition => new TopicPartitionOffset(partition, Offset.Unset))]);
        flow.Clear();
        group.JoinAgain();
    }

    private void Assigned(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            group.Ledger.Forget(partition);
            starts.Expect(partition);
        }
        // Inside the handler the client may or may not include them yet.
        var all = group.Consumer.Assignment.Union(partitions).Count();
        // Cooperative rebalancing calls each member in each round, even if no partition comes.
        if (partitions.Count > 0)
            group.Log.Say(LogLevel.Information, level =>
                AssignedLine(logger, level, partitions.Count, PartitionNames.Of(partitions), all));
    }

    private void Revoked(List<TopicPartitionOffset> offsets)
    {
        var partitions = Partitions(offsets);
        // 1. Records that were only read ahead are dropped; the next owner reads them.
        GiveBack(partitions);
        // 2. Windows in flight are published and committed by the other threads.
        var patience = group.Options.RevokeDrainMs;
        if (!group.Ledger.Drain(TimeSpan.FromMilliseconds(patience), heartbeat))
            group.Log.Say(LogLevel.Warning, level => NotDrained(logger, level, patience));
        Forget(partitions);
        if (partitions.Count > 0)
            group.Log.Say(LogLevel.Information, level =>
                RevokedLine(logger, level, partitions.Count, PartitionNames.Of(partitions)));
    }

    private void Lost(List<TopicPartitionOffset> offsets)
    {
        var partitions = Partitions(offsets);
        GiveBack(partitions);
        // Other workers may already read these partitions, so nothing more is published for them.
        group.Ledger.Drain(TimeSpan.Zero, heartbeat);
        Forget(partitions);
        if (partitions.Count > 0)
            group.Log.Say(LogLevel.Warning, level =>
                LostLine(logger, level, partitions.Count, PartitionNames.Of(partitions)));
    }

    private static List<TopicPartition> Partitions(List<TopicPartitionOffset> offsets) =>
        offsets.ConvertAll(offset => offset.TopicPartition);

    private void GiveBack(List<TopicPartition> partitions)
    {
        flow.Resume(partitions);
        foreach (var partition in partitions)
            ahead.Drop(partition);
    }

    private void Forget(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            group.Ledger.Forget(partition);
            starts.Forget(partition);
        }
    }

    [LoggerMessage(Message = "Assigned {Count} more partitions, {All} in all: {Partitions}")]
    private static partial void AssignedLine(ILogger logger, LogLevel level, int count, string partitions, int all);

    [LoggerMessage(Message = "Handed back {Count} partitions: {Partitions}")]
    private static partial void RevokedLine(ILogger logger, LogLevel level, int count, string partitions);

    [LoggerMessage(Message = "Lost {Count} partitions, their windows in flight are abandoned: {Partitions}")]
    private static partial void LostLine(ILogger logger, LogLevel level, int count, string partitions);

    [LoggerMessage(
        Message =
            "Windows in flight were not published within the {Milliseconds} ms that a revoke waits " +
            "(Kafka:RevokeDrainMs), or publishing has ended: they are abandoned and read again")]
    private static partial void NotDrained(ILogger logger, LogLevel level, int milliseconds);
}
