using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>
/// A client's fatal error as its error event told it: later calls only say that there was one, and records that waited
/// only that they were thrown away. Written by the client's thread.
/// </summary>
internal sealed class FatalError
{
    private Error? first;

    public void Note(Error error)
    {
        if (error.IsFatal)
            Interlocked.CompareExchange(ref first, error, null);
    }

    /// <summary>The first fatal error where this one only refers to it, else this one.</summary>
    public Error Of(Error error) =>
        error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight
            ? Volatile.Read(ref first) ?? error
            : error;
}
