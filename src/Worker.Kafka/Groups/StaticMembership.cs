using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>
/// Membership in the group under an instance id (static membership). A member is fenced when another joins with its id.
/// It is also fenced, wrongly, when the coordinator was away for longer than the session: the client joins anew, and
/// requests that it still sends as the old member make the coordinator take it for a second one (librdkafka 2.12 to
/// 2.16). And with the consumer protocol a killed worker that comes back is refused until its old session is over. So a
/// refused member joins again with a fresh consumer. If that keeps happening, because two workers have one id, the
/// worker ends. Reader's thread only.
/// </summary>
internal sealed class StaticMembership(TimeProvider clock)
{
    /// <summary>Two workers with one id fence each other every few seconds.</summary>
    private const int MaximumFences = 2;
    private static readonly TimeSpan FencesWithin = TimeSpan.FromMinutes(1);

    /// <summary>
    /// As long as a session may be (<c>group.consumer.max.session.timeout.ms</c>; 45 s is the broker's default).
    /// </summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(1);
    private readonly Queue<long> fences = [];
    private long? unreleasedSince;

    /// <summary>Whether a consumer with this error should be replaced by a fresh one; counts the error.</summary>
    public bool MayJoinAgain(ConsumeErrors errors, Error error)
    {
        if (errors.IsUnreleased(error))
            return clock.GetElapsedTime(unreleasedSince ??= clock.GetTimestamp()) < LongestSession;
        if (!errors.IsFenced(error))
            return false;
        while (fences.TryPeek(out var first) && clock.GetElapsedTime(first) >= FencesWithin)
            fences.Dequeue();
        fences.Enqueue(clock.GetTimestamp());
        return fences.Count <= MaximumFences;
    }

    /// <summary>The group has accepted this member.</summary>
    public void Joined() => unreleasedSince = null;
}
