using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Exactly-once. Invariant: a window's records and its offsets become visible together, in one transaction, or not at all;
/// the group's generation goes with the offsets, so a worker that lost its partitions cannot commit them.
/// </summary>
internal sealed class TransactionalPublisher : WindowPublisher
{
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly WindowDelivery delivery;
    private readonly Transaction transaction;
    private readonly KafkaClients clients;

    public TransactionalPublisher(KafkaOptions options, WindowReader reader, ILoggerFactory loggers, TimeProvider clock)
        : base(reader, options.MessageMaxBytes)
    {
        clients = new KafkaClients(options, loggers, clock);
        var fatal = new FatalError();
        producer = clients.Producer(ClientConfigs.TransactionalProducer(options), clients.Log("Producer"), fatal.Note);
        delivery = new WindowDelivery(producer);
        transaction = new Transaction(producer, fatal, options, loggers.CreateLogger<TransactionalPublisher>(), clock, clients);
    }

    public override void Start(CancellationToken stop) => transaction.TakeOver(stop);

    public override void Dispose()
    {
        producer.Dispose();
        delivery.Dispose();
    }

    private protected override PublishOutcome PublishBegun(
        SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        var index = -1;
        try
        {
            transaction.Begin();
            delivery.Produce(records, out index, stop);
            // The generation is taken now, while the ledger holds the partitions.
            var group = Reader.GroupMetadata()
                ?? throw new MustAbortException(new Error(ErrorCode.UnknownMemberId, "this worker is no longer a member of its group"));
            transaction.SendOffsets(WindowReader.Offsets(window), group, stop);
            transaction.Commit(stop);
            return PublishOutcome.Committed;
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            throw Aborted(records, refused.Error, index, stop);
        }
        catch (MustAbortException must)
        {
            throw Aborted(records, must.Error, index: -1, stop);
        }
        catch (OperationCanceledException)
        {
            transaction.AbortQuietly();
            throw;
        }
    }

    /// <summary>Aborts, and says what that means for the window.</summary>
    private KafkaFailureException Aborted(IReadOnlyList<OutgoingRecord> records, Error error, int index, CancellationToken stop)
    {
        transaction.Abort(error, stop);
        // The reports of what was thrown away must not be counted against the next window.
        delivery.AwaitAll(stop);
        // A record that failed is the cause; what the transaction says about itself is a consequence.
        if (delivery.HasFailed)
            (error, index) = delivery.Failure(records);
        if (WindowDelivery.IsTooLarge(error.Code) && index >= 0)
            return TooLarge(records, index, "the topic takes");
        return PublishErrors.Permanent(error, records, index, clients)
            ?? new KafkaFailureException(KafkaFailure.TransactionAborted,
                $"a window's transaction was aborted and the window will be read again: {clients.Redact(error.Reason)}", index);
    }
}
