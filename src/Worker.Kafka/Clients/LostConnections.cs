using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>
/// Counts the established connections of a client that broke, because a broker failed or was stopped. The client logs
/// this on the thread that will connect again, so before anything is answered over a new connection. A connection that
/// was closed because it was idle does not count.
/// </summary>
internal sealed class LostConnections
{
    private int count;

    public int Count => Volatile.Read(ref count);

    public void Note(LogMessage message)
    {
        if (message.Facility == "FAIL" && message.Message.Contains("in state UP", StringComparison.Ordinal))
            Interlocked.Increment(ref count);
    }
}
