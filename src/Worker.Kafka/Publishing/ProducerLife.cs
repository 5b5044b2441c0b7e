using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>
/// One life of the transactional producer: from taking over the identity until an error that only a new producer can
/// fix.
/// </summary>
internal sealed class ProducerLife : IDisposable
{
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(5);
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly IAdminClient admin;
    private readonly KafkaTopics topics;

    /// <param name="heartbeat">Of the thread that will call it.</param>
    /// <param name="isReplaceable">Whether a step that does not end after a broker was lost is given up early, so that
    /// a fresh producer takes over.</param>
    public ProducerLife(
        KafkaOptions options, KafkaClients clients, ClientLog log, ILogger logger, TimeProvider clock,
        Heartbeat heartbeat, bool isReplaceable)
    {
        var fatal = new FatalError();
        producer = clients.Producer(ClientConfigs.TransactionalProducer(options), log, fatal.Note, Lost.Note);
        admin = new DependentAdminClientBuilder(producer.Handle).Build();
        topics = options.Topics;
        Delivery = new WindowDelivery(producer, TimeSpan.FromMilliseconds(options.TransactionTimeoutMs), heartbeat);
        Transaction = new Transaction(
            producer, fatal, isReplaceable ? Lost : null, heartbeat, options, logger, clock, clients);
    }

    public LostConnections Lost { get; } = new();

    public WindowDelivery Delivery { get; }

    public Transaction Transaction { get; }

    /// <summary>
    /// Waits a moment for a first broker, before <see cref="Transaction.TakeOver"/>: a client that is still connecting
    /// would ask for the transactions' coordinator again only half a second later.
    /// </summary>
    public void Connect()
    {
        try
        {
            admin.GetMetadata(topics.Results, BrokerPatience);
        }
        catch (KafkaException)
        {
            // TakeOver reports why, and tries again.
        }
    }

    /// <summary>
    /// A topic that the group reads. If only patterns are given: one from the windows, or one that matches; null if
    /// none does.
    /// </summary>
    public string? AnySource(IReadOnlyList<UndecidedWindow> windows)
    {
        var sources = MessageTopics.Of(topics);
        if (sources.Names.Count > 0)
            return sources.Names[0];
        if (windows.SelectMany(window => window.Window.Ranges).Select(range => range.Topic)
            .FirstOrDefault() is { } read)
            return read;
        try
        {
            return admin.GetMetadata(MetadataPatience).Topics.Find(topic => sources.Matches(topic.Topic))?.Topic;
        }
        catch (KafkaException error)
        {
            // Then it cannot be known which offsets were left undecided.
            throw new KafkaFailureException(KafkaFailure.TransactionUnresolved,
                $"no broker says which topics match {topics.Messages}: {error.Error.Reason}; a fresh producer " +
                "tries again");
        }
    }

    public void Dispose()
    {
        admin.Dispose();
        // Before the deliveries are disposed of: nothing reports a delivery after that.
        producer.Dispose();
        Delivery.Dispose();
    }
}
