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
    private readonly int maximumBytes;

    /// <param name="options">With the identity.</param>
    /// <param name="loggers">For its lines.</param>
    /// <param name="clock">For its patience.</param>
    /// <param name="heartbeat">Of the thread that will call it; null where nobody watches.</param>
    /// <param name="outages">The worker's; null for a command that a person waits for.</param>
    public TransactionalWriter(
        KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, Heartbeat? heartbeat = null,
        OutageLog? outages = null)
    {
        clients = new KafkaClients(options, loggers, clock, outages);
        maximumBytes = options.MessageMaxBytes;
        producer = new ProducerLife(
            options, clients, clients.Log("Producer"), loggers.CreateLogger<TransactionalWriter>(), clock,
            heartbeat ?? new Heartbeat("write", clock), isReplaceable: false);
    }

    /// <summary>
    /// Takes over the identity. When it returns, the open transaction of an earlier writer is finally committed or
    /// aborted.
    /// </summary>
    /// <exception cref="KafkaFailureException">The identity may not be used.</exception>
    public void Start(CancellationToken stop) => producer.Transaction.TakeOver(stop);

    /// <summary>
    /// Where the records of the last <see cref="Write"/> or <see cref="Settle"/> are. Each partition's first and last
    /// offset.
    /// </summary>
    internal IReadOnlyDictionary<TopicPartition, OffsetSpan> Places => producer.Delivery.Places();

    /// <summary>
    /// Discards what an earlier writer left undecided in the partitions of these records, although its transaction has
    /// ended: writes them in a transaction that is aborted (<see cref="Transaction.Settle"/>).
    /// </summary>
    /// <exception cref="KafkaFailureException">A partition could not be reached.</exception>
    internal void Settle(IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        Error? unreached = null;
        // One that is too large never was written.
        records = [.. records.Where(record => WindowPublisher.SizeOf(record) <= maximumBytes)];
        producer.Transaction.Settle(null, null, () =>
        {
            producer.Delivery.Produce(records, routes: null, out _, stop);
            producer.Delivery.AwaitAll(stop);
            if (producer.Delivery.HasFailed && producer.Delivery.Failure(records).Error is { } error
                && !WindowDelivery.IsTooLarge(error.Code))
                unreached = error;
        }, stop);
        if (unreached is not null)
            throw PublishErrors.Permanent(unreached, records, -1, clients) ?? new KafkaFailureException(
                KafkaFailure.TransactionUnresolved, "partitions that the last sender may have written to cannot be " +
                $"reached: {clients.Redact(unreached.Reason)}");
    }

    /// <summary>Writes all of the records, or none.</summary>
    /// <exception cref="KafkaFailureException">
    /// None was written. <see cref="KafkaFailure.RecordTooLarge"/> names one that never fits; the others may be tried
    /// again.
    /// </exception>
    public void Write(IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        var index = -1;
        try
        {
            producer.Transaction.Begin();
            producer.Delivery.Produce(records, routes: null, out index, stop);
            producer.Transaction.Commit(stop);
            producer.Delivery.AwaitAll(stop);
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

    public void Dispose() => producer.Dispose();

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
