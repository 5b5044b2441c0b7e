using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Reading;

/// <summary>
/// Which partitions are paused, so that memory stays bounded and none waits long behind another. The client's queue
/// hands out one partition's whole fetch before the next one's. Messages behind it are reached by taking all of it, up
/// to a limit (<see cref="LookAhead"/>), or by pausing the partitions that have their share. Reader's thread only.
/// </summary>
internal sealed class PartitionFlow(GroupSession group, LookAhead ahead)
{
    private readonly HashSet<TopicPartition> paused = [];
    private long lastEmptied = group.Clock.GetTimestamp();

    /// <summary>Partitions from which nothing comes.</summary>
    public IReadOnlySet<TopicPartition> Paused => paused;

    /// <summary>Whether more should be read now.</summary>
    public bool WantsMore => ahead.WantsMore(paused);

    /// <summary>The client has nothing queued.</summary>
    public void Emptied() => lastEmptied = group.Clock.GetTimestamp();

    /// <summary>Pauses every partition that is not yet paused.</summary>
    public void PauseAll()
    {
        var assigned = group.Consumer.Assignment;
        paused.IntersectWith(assigned);
        assigned.RemoveAll(paused.Contains);
        Pause(assigned);
    }

    /// <summary>
    /// Called when the limit is reached and the client was not empty for a while. Then other partitions may wait behind
    /// the messages that the client holds of partitions that already have their share here. Pausing makes the client
    /// drop those messages. The price is fetching them again, at most once for half of a share.
    /// </summary>
    public void PauseCrowding(TimeSpan patience)
    {
        if (ahead.IsCrowded(paused) && group.Clock.GetElapsedTime(lastEmptied) >= patience)
            Pause(ahead.Crowding(paused));
    }

    /// <summary>Resumes partitions that have room again.</summary>
    public void ResumeRoomy()
    {
        if (paused.Count > 0)
            Resume([.. paused.Where(ahead.HasRoom)]);
    }

    /// <summary>
    /// Also called before partitions go: otherwise they would come back paused without anybody knowing.
    /// </summary>
    public void Resume(IReadOnlyList<TopicPartition> partitions)
    {
        var were = partitions.Where(paused.Remove).ToList();
        if (were.Count == 0)
            return;
        try
        {
            group.Consumer.Resume(were);
        }
        catch (KafkaException error)
        {
            // This happens only for partitions that the client no longer knows, and those are not paused either.
            group.Log.Write(LogLevel.Debug, "resume", error.Error.Reason);
        }
    }

    /// <summary>The consumer is being replaced; a fresh one has nothing paused.</summary>
    public void Clear() => paused.Clear();

    private void Pause(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return;
        paused.UnionWith(partitions);
        try
        {
            group.Consumer.Pause(partitions);
        }
        catch (KafkaException error)
        {
            // Some partitions are just going; the others are paused, and will be resumed.
            group.Log.Write(LogLevel.Debug, "pause", error.Error.Reason);
        }
    }
}
