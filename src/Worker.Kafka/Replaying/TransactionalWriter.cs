using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Replaying;

/// <summary>
/// Writes all records or none, one transaction per call, under <see cref="KafkaOptions.TransactionalId"/>. If two
/// writers have the same id, the later takes over and the earlier writes nothing more. One thread.
/// </summary>
public sealed class TransactionalWriter : IDisposable
{
    private readonly ProducerLife producer;
    private readonly KafkaClients clients;
    private readonly SentMark mark;

    public TransactionalWriter(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        clients = new KafkaClients(options, loggers, clock);
        producer = new ProducerLife(
            options, clients, clients.Log("Producer"), loggers.CreateLogger<TransactionalWriter>(), clock,
            new Heartbeat("write", clock), isReplaceable: false);
        mark = new SentMark(options, clients);
    }

    /// <summary>
    /// Takes over the identity. When it returns, the open transaction of an earlier writer is finally committed or
    /// aborted.
    /// </summary>
    /// <exception cref="KafkaFailureException">The identity may not be used.</exception>
    public void Start(CancellationToken stop) => producer.Transaction.TakeOver(stop);

    /// <summary>
    /// The mark of the last <see cref="Write"/> that was committed under <see cref="KafkaOptions.GroupId"/>, by
    /// whatever process; null for none. Ask after <see cref="Start"/>.
    /// </summary>
    /// <exception cref="KafkaFailureException">This user may not use the group.</exception>
    public long? LastMark(CancellationToken stop) => mark.Read(stop);

    /// <summary>Writes all of the records, or none.</summary>
    /// <param name="upTo">A mark that is committed with them: the next writer sees how far this one came. Null for
    /// none.</param>
    /// <exception cref="KafkaFailureException">
    /// None was written. <see cref="KafkaFailure.RecordTooLarge"/> names one that never fits; the others may be tried
    /// again.
    /// </exception>
    public void Write(IReadOnlyList<OutgoingRecord> records, CancellationToken stop, long? upTo = null)
    {
        var index = -1;
        try
        {
            producer.Transaction.Begin();
            producer.Delivery.Produce(records, routes: null, out index, stop);
            if (upTo is { } sent)
                mark.Set(producer.Transaction, sent, stop);
            producer.Transaction.Commit(stop);
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            throw Undone(records, refused.Error, index, stop);
        }
        catch (MustAbortException must)
        {
            throw Undone(records, must.Error, index: -1, stop);
        }
        catch (OperationCanceledException)
        {
            producer.Transaction.AbortQuietly();
            throw;
        }
    }

    public void Dispose()
    {
        mark.Dispose();
        producer.Dispose();
    }

    private KafkaFailureException Undone(
        IReadOnlyList<OutgoingRecord> records, Error error, int index, CancellationToken stop)
    {
        producer.Transaction.Abort(error, stop);
        producer.Delivery.AwaitAll(stop);
        // A failed record is the cause; the transaction's own error is a consequence.
        if (producer.Delivery.HasFailed)
            (error, index) = producer.Delivery.Failure(records);
        if (WindowDelivery.IsTooLarge(error.Code) && index >= 0)
            return new KafkaFailureException(KafkaFailure.RecordTooLarge,
                $"topic '{records[index].Topic}' takes no record of {WindowPublisher.SizeOf(records[index]):N0} bytes",
                index);
        return PublishErrors.Permanent(error, records, index, clients)
            ?? new KafkaFailureException(KafkaFailure.TransactionAborted,
                $"a transaction was aborted, nothing of it was written: {clients.Redact(error.Reason)}");
    }
}
