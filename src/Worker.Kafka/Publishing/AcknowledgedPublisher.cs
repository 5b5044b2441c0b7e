using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Publishing;

/// <summary>
/// At-least-once. Invariant: an offset is committed only after everything that its message led to was acknowledged by all
/// in-sync replicas. When that fails, what was acknowledged stays, and the messages are read again: they come out twice.
/// </summary>
internal sealed class AcknowledgedPublisher : WindowPublisher
{
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly WindowDelivery delivery;
    private readonly KafkaClients clients;
    private readonly ClientLog log;

    public AcknowledgedPublisher(KafkaOptions options, WindowReader reader, ILoggerFactory loggers, TimeProvider clock)
        : base(reader, options.MessageMaxBytes)
    {
        clients = new KafkaClients(options, loggers, clock);
        log = clients.Log("Producer");
        producer = clients.Producer(ClientConfigs.Producer(options), log);
        delivery = new WindowDelivery(producer);
    }

    public override void Start(CancellationToken stop)
    {
        // Nothing to take over: the producer connects by itself.
    }

    public override void Dispose()
    {
        producer.Dispose();
        delivery.Dispose();
    }

    private protected override PublishOutcome PublishBegun(
        SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        Deliver(records, stop);
        try
        {
            Reader.Commit(window);
            return PublishOutcome.Committed;
        }
        catch (KafkaException error) when (!error.Error.IsFatal)
        {
            // Everything is in Kafka: the next commit covers it, or the partition's next owner does the window again.
            log.Write(LogLevel.Warning, "uncommitted window", $"a window was published but not committed: {error.Error.Reason}");
            return PublishOutcome.PublishedOnly;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(KafkaFailure.Fatal, $"offsets cannot be committed any more: {clients.Redact(error.Error.Reason)}");
        }
    }

    private void Deliver(IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        ProduceException<byte[]?, byte[]?>? refused = null;
        var index = -1;
        try
        {
            delivery.Produce(records, out index, stop);
        }
        catch (ProduceException<byte[]?, byte[]?> exception)
        {
            refused = exception;
        }
        delivery.AwaitAll(stop);
        if (refused is not null)
            throw Failed(records, refused.Error, index);
        if (!delivery.HasFailed)
            return;
        var (error, failed) = delivery.Failure(records);
        throw Failed(records, error, failed);
    }

    private KafkaFailureException Failed(IReadOnlyList<OutgoingRecord> records, Error error, int index)
    {
        if (WindowDelivery.IsTooLarge(error.Code) && index >= 0)
            return TooLarge(records, index, "the topic takes");
        return PublishErrors.Permanent(error, records, index, clients)
            ?? new KafkaFailureException(KafkaFailure.Undelivered,
                $"a window was not fully acknowledged and will be read again: {clients.Redact(error.Reason)}", index);
    }
}
