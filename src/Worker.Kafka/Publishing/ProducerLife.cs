using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>One life of the transactional producer: from taking over the identity until an error that only a new one mends.</summary>
internal sealed class ProducerLife : IDisposable
{
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(1);
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly IAdminClient admin;
    private readonly string results;

    /// <param name="isReplaceable">Whether a step that does not end after a broker was lost is given up early, for a fresh producer to see to.</param>
    public ProducerLife(KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock, bool isReplaceable)
    {
        var fatal = new FatalError();
        producer = clients.Producer(ClientConfigs.TransactionalProducer(options), log, fatal.Note, Lost.Note);
        admin = new DependentAdminClientBuilder(producer.Handle).Build();
        results = options.Topics.Results;
        Delivery = new WindowDelivery(producer);
        Transaction = new Transaction(producer, fatal, isReplaceable ? Lost : null, options, logger, clock, clients);
    }

    public LostConnections Lost { get; } = new();

    public WindowDelivery Delivery { get; }

    public Transaction Transaction { get; }

    /// <summary>
    /// Waits a moment for a first broker, before <see cref="Transaction.TakeOver"/>: a client that is still connecting would ask for
    /// the transactions' coordinator again only half a second later.
    /// </summary>
    public void Connect()
    {
        try
        {
            admin.GetMetadata(results, BrokerPatience);
        }
        catch (KafkaException)
        {
            // Taking over says why, and tries again.
        }
    }

    public void Dispose()
    {
        admin.Dispose();
        // Before the deliveries: nothing reports one after that.
        producer.Dispose();
        Delivery.Dispose();
    }
}
