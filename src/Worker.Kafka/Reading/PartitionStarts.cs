using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Where reading of a partition begins, from its assignment until something is read from it. Offsets may be missing:
/// the group has none yet, retention deleted the messages, or the topic was recreated. The client alone would go on and
/// say little. Here every partition's case is decided by Kafka:OffsetReset and logged exactly. That the group has no
/// offset is believed only when the group itself says so: the client reports the same when the offsets were undecided
/// (in a transaction still open) during a rebalance (librdkafka 2.12 to 2.16), and from the beginning everything would
/// come twice. Reader's thread only.
/// </summary>
internal sealed partial class PartitionStarts(
    GroupSession group, LookAhead ahead, PartitionFlow flow, Heartbeat heartbeat)
{
    /// <summary>How long brokers are asked for offsets.</summary>
    public static readonly TimeSpan OffsetPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long windows wait for the first message of newly assigned partitions.</summary>
    private static readonly TimeSpan NewPatience = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(0.5);

    private readonly ILogger logger = group.Loggers.CreateLogger<PartitionStarts>();
    private readonly SilentPartitions silent = new(group.Clock);
    private readonly Dictionary<TopicPartition, Missing> unreadable = [];
    private long? askedInVain;
    private long lastExpected;

    /// <summary>
    /// Whether newly assigned partitions have not sent anything yet; otherwise messages of others would fill the first
    /// windows.
    /// </summary>
    public bool AwaitsFirst => silent.Any && group.Clock.GetElapsedTime(lastExpected) < NewPatience;

    /// <summary>Partitions that cannot be read yet, for diagnosing a stall.</summary>
    public int Unreadable => unreadable.Count;

    /// <summary>From now on the partition should send something.</summary>
    public void Expect(TopicPartition partition)
    {
        ahead.Expect(partition);
        silent.Expect(partition);
        lastExpected = group.Clock.GetTimestamp();
    }

    /// <summary>A message or an end of the partition came.</summary>
    public void Heard(TopicPartition partition)
    {
        silent.Forget(partition);
        // The partition was only slow.
        if (unreadable.Count > 0 && unreadable.TryGetValue(partition, out var missing) && missing.IsSuspicion)
            unreadable.Remove(partition);
    }

    /// <summary>The partition is no longer ours.</summary>
    public void Forget(TopicPartition partition)
    {
        unreadable.Remove(partition);
        silent.Forget(partition);
    }

    /// <summary>The client does not read the partition, because this offset does not exist.</summary>
    public void Miss(TopicPartition partition, Offset wanted) =>
        unreadable[partition] = new(wanted, IsSuspicion: false);

    /// <summary>
    /// Nothing is queued. Partitions that are still silent have been lost by the client, or cannot be reached.
    /// </summary>
    public void LookAfterSilent()
    {
        foreach (var partition in silent.Overdue(flow.Paused))
            unreadable.TryAdd(partition, new(Offset.Unset, IsSuspicion: true));
    }

    /// <summary>
    /// Moves the partitions that the client stopped reading to the group's offset, or where the policy says; retried
    /// soon if no broker answers.
    /// </summary>
    /// <exception cref="KafkaFailureException">The policy is to stop.</exception>
    public void ResetUnreadable()
    {
        if (unreadable.Count == 0 || (askedInVain is { } since && group.Clock.GetElapsedTime(since) < AskAgain))
            return;
        // Their records that are in no window yet are handed out first, because nobody would read them again.
        if (unreadable.Keys.All(ahead.Holds))
            return;
        foreach (var gone in unreadable.Keys.Except(group.Consumer.Assignment).ToList())
            unreadable.Remove(gone);
        var due = unreadable.Keys.Where(partition => !ahead.Holds(partition)).ToList();
        if (due.Count == 0)
            return;
        // Their records in flight are published first, so that no older offset is committed after a newer one.
        if (!due.TrueForAll(silent.Contains))
            group.Ledger.Drain(TimeSpan.FromMilliseconds(group.Options.RevokeDrainMs), heartbeat);
        askedInVain = group.Clock.GetTimestamp();
        try
        {
            ReadOnFromCommitted(due);
            due.RemoveAll(partition => !unreadable.ContainsKey(partition));
            if (due.Count > 0)
                ReadFromPolicy(due);
            if (!due.Exists(unreadable.ContainsKey))
                askedInVain = null;
        }
        catch (KafkaException error)
        {
            group.Log.Write(LogLevel.Warning, "offset reset",
                $"waiting to learn the offsets of {string.Join(", ", due)}: {error.Error.Reason}");
        }
    }

    /// <summary>For partitions where the client knows no offset but the group has one.</summary>
    /// <exception cref="KafkaException">The group's offsets are undecided, or nobody answers.</exception>
    private void ReadOnFromCommitted(List<TopicPartition> due)
    {
        var unknown = due.Where(partition => unreadable[partition].Wanted.IsSpecial).ToList();
        if (unknown.Count == 0)
            return;
        // Short, because while a transaction is open the client keeps asking, and nobody polls.
        var found = new List<TopicPartition>();
        foreach (var committed in group.Consumer.Committed(unknown, AskAgain))
        {
            if (committed.Offset.Value < 0)
                continue;
            ReadFrom(committed.TopicPartition, committed.Offset.Value);
            unreadable.Remove(committed.TopicPartition);
            found.Add(committed.TopicPartition);
        }
        if (found.Count > 0)
            group.Log.Write(LogLevel.Information, "silent",
                $"the client has read nothing of {PartitionNames.Of(found)} yet: each is read from the group's offset");
    }

    private void ReadFrom(TopicPartition partition, long offset)
    {
        flow.Resume([partition]);
        ahead.Drop(partition);
        group.Ledger.Forget(partition);
        group.Consumer.IncrementalUnassign([partition]);
        group.Consumer.IncrementalAssign([new TopicPartitionOffset(partition, offset)]);
        group.Ledger.Unread(partition, offset);
        Expect(partition);
    }

    private void ReadFromPolicy(List<TopicPartition> due)
    {
        var begun = new List<(TopicPartition Partition, string Story, long Target)>();
        foreach (var (partition, there) in group.AskEnds(due, OffsetPatience))
        {
            Reset(partition, unreadable[partition].Wanted, there.First, there.End, begun);
            unreadable.Remove(partition);
        }
        SayBegun(begun);
    }

    /// <param name="begun">Receives partitions of which the group has read nothing yet.</param>
    private void Reset(
        TopicPartition partition, Offset wanted, long first, long end,
        List<(TopicPartition Partition, string Story, long Target)> begun)
    {
        var (policy, story) = (group.Options.OffsetReset, Story(partition, wanted, first, end));
        if (policy == OffsetReset.Stop)
            throw new KafkaFailureException(KafkaFailure.OffsetOutOfRange,
                $"{story} and Kafka:OffsetReset is Stop: set the group's offset by hand (kafka-consumer-groups " +
                $"--reset-offsets, group '{group.Options.GroupId}'), or set Kafka:OffsetReset to Earliest (read all " +
                "that is there) or Latest (only new messages)");
        var target = policy == OffsetReset.Latest ? end : first;
        ReadFrom(partition, target);
        var skipped = policy == OffsetReset.Latest && !wanted.IsSpecial
            ? end - Math.Clamp(wanted.Value, first, end)
            : 0;
        var more = skipped > 0 ? $"; {skipped} offsets that exist are skipped" : "";
        if (wanted.IsSpecial)
            begun.Add((partition, story, target));
        else
            Jumps(logger, story, target, policy, more);
    }

    /// <summary>One line, however many partitions a new group begins with.</summary>
    private void SayBegun(List<(TopicPartition Partition, string Story, long Target)> begun)
    {
        var policy = group.Options.OffsetReset;
        if (begun.Count == 1)
            group.Log.Say(
                LogLevel.Information, level => Begins(logger, level, begun[0].Story, $"{begun[0].Target}", policy));
        else if (begun.Count > 1)
            group.Log.Say(LogLevel.Information, level => Begins(
                logger, level, $"the group has no offset for {PartitionNames.Of(begun.Select(one => one.Partition))}",
                policy == OffsetReset.Latest ? "what comes next" : "the first message of each", policy));
    }

    private static string Story(TopicPartition partition, Offset wanted, long first, long end)
    {
        var where =
            $"partition {partition.Partition.Value} of '{partition.Topic}' holds offsets {first} to {end} (not " +
            "included)";
        if (wanted.IsSpecial)
            return $"{where}, the group has no offset for it";
        return wanted.Value < first
            ? $"{where}, the next to read was {wanted.Value}: {first - wanted.Value} offsets ({wanted.Value} to " +
                $"{first - 1}) were deleted before they were read"
            : $"{where}, the next to read was {wanted.Value}: the topic was recreated or cut short, and what it held " +
                $"between {end} and {wanted.Value - 1} is gone";
    }

    /// <param name="Wanted">The offset that does not exist; none if the client knows of none.</param>
    /// <param name="IsSuspicion">The client did not report it, but the partition is silent.</param>
    private readonly record struct Missing(Offset Wanted, bool IsSuspicion);

    [LoggerMessage(Message = "{Story}: reading from {Target} (Kafka:OffsetReset {Policy})")]
    private static partial void Begins(ILogger logger, LogLevel level, string story, string target, OffsetReset policy);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Story}; reading goes on from {Target} (Kafka:OffsetReset {Policy}){More}")]
    private static partial void Jumps(ILogger logger, string story, long target, OffsetReset policy, string more);
}
