using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>
/// Counts the connections of a client that stood and broke: a broker failed, or was stopped. The client says so in its
/// log, on the thread that will connect again, and so before anything is answered over a new connection. One that was
/// closed for having been idle does not count.
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
