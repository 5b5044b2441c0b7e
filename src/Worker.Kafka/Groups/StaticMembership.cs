using Confluent.Kafka;

namespace Worker.Kafka.Groups;

/// <summary>
/// Being a member of the group under an instance id (static membership). A member is fenced when another joins with its
/// id, and also, for nothing, when the coordinator was away for longer than the session: the client joins anew, and
/// what it had still to send as the member it was makes the coordinator take it for a second (librdkafka 2.12 to 2.16).
/// And with the consumer protocol a killed worker that comes back is refused until the session of its last life is
/// over. So a member that was refused joins again with a fresh consumer. Where that goes on, because two were given one
/// id, it ends. Reader's thread only.
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

    /// <summary>Whether a consumer with this error is to be replaced by a fresh one; counts it.</summary>
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

    /// <summary>The group has taken this member in.</summary>
    public void Joined() => unreleasedSince = null;
}
