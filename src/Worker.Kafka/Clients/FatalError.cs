using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>
/// A client's fatal error as its error event reported it. Later calls only say that there was one, and waiting records
/// only that they were discarded. Written by the client's thread.
/// </summary>
internal sealed class FatalError
{
    private Error? first;

    public void Note(Error error)
    {
        if (error.IsFatal)
            Interlocked.CompareExchange(ref first, error, null);
    }

    /// <summary>The first fatal error if this one only refers to it, otherwise this one.</summary>
    public Error Of(Error error) =>
        error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight
            ? Volatile.Read(ref first) ?? error
            : error;
}
