using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Reading;

/// <summary>
/// Being a member of the group under an instance id (static membership). A member is fenced when another joins with its
/// id, and also, for nothing, when the coordinator was away for longer than the session: the client joins anew, and what
/// it had still to send as the member it was makes the coordinator take it for a second (librdkafka 2.12 to 2.16). And with the
/// consumer protocol a killed worker that comes back is refused until the session of its last life is over. So a member
/// that was refused joins again with a fresh consumer; only where that goes on, because two were given one id, it ends.
/// </summary>
public sealed partial class WindowReader
{
    /// <summary>Two workers with one id fence each other every few seconds.</summary>
    private const int MostFences = 2;
    private static readonly TimeSpan FencesWithin = TimeSpan.FromMinutes(1);

    /// <summary>As long as a session may be (<c>group.consumer.max.session.timeout.ms</c>; 45 s is the broker's default).</summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan JoinPause = TimeSpan.FromSeconds(0.5);
    private readonly Queue<long> fences = [];
    private long? unreleasedSince;

    /// <summary>Whether the group refuses this worker because of another with its instance id: the reader's to settle.</summary>
    internal bool IsRefused(Error error) => life.Errors.IsFenced(error) || life.Errors.IsUnreleased(error);

    private bool MayJoinAgain(Error error)
    {
        if (life.Errors.IsUnreleased(error))
            return clock.GetElapsedTime(unreleasedSince ??= clock.GetTimestamp()) < LongestSession;
        if (!life.Errors.IsFenced(error))
            return false;
        while (fences.TryPeek(out var first) && clock.GetElapsedTime(first) >= FencesWithin)
            fences.Dequeue();
        fences.Enqueue(clock.GetTimestamp());
        return fences.Count <= MostFences;
    }

    /// <summary>What was read and is not published is read again, by whoever gets the partitions.</summary>
    private void JoinAgain(Error error)
    {
        log.Write(LogLevel.Warning, "refused", $"{life.Errors.Reason(error)}: joining group '{options.GroupId}' again as '{options.GroupInstanceId}'");
        // 1. The publisher is not inside the old consumer once this has returned, nor comes back to it.
        Drain(TimeSpan.Zero);
        if (life.Consumer.Assignment is { Count: > 0 } still)
            Lost([.. still.Select(partition => new TopicPartitionOffset(partition, Offset.Unset))]);
        paused.Clear();
        life.Dispose();
        // 2. Nobody misses a poll of one who is no member.
        Task.Delay(JoinPause, clock).GetAwaiter().GetResult();
        life = NewLife();
        life.Consumer.Subscribe(MessageTopics.Of(options.Topics).Subscription);
    }

    private ConsumerLife NewLife() => new(options, clients, log, Assigned, Revoked, Lost);
}
