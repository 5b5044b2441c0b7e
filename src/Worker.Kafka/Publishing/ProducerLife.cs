using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>One life of the transactional producer: from taking over the identity until an error that only a new one mends.</summary>
internal sealed class ProducerLife : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> producer;

    public ProducerLife(KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock)
    {
        var fatal = new FatalError();
        producer = clients.Producer(ClientConfigs.TransactionalProducer(options), log, fatal.Note);
        Delivery = new WindowDelivery(producer);
        Transaction = new Transaction(producer, fatal, options, logger, clock, clients);
    }

    public WindowDelivery Delivery { get; }

    public Transaction Transaction { get; }

    public void Dispose()
    {
        // First the client: nothing reports a delivery after that.
        producer.Dispose();
        Delivery.Dispose();
    }
}
