using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>
/// A client's fatal error as its error event told it: later calls only say that there was one. Written by the client's
/// thread.
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
    public Error Of(Error error) => error.Code == ErrorCode.Local_Fatal ? Volatile.Read(ref first) ?? error : error;
}
