using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Embedded;

/// <summary>
/// A broker inside this process, for the demo and for tests: librdkafka's mock cluster, on a free port of the loopback
/// address. It has these limits:
/// <list type="bullet">
/// <item>Topics are created by using them, with 4 partitions, and in no other way.</item>
/// <item>Each partition keeps about its last 5 MiB: older messages vanish, so a publisher must not run further ahead
/// than that.</item>
/// <item>Transactions are accepted and ignored: nothing is fenced, aborted records stay, their offsets are not
/// committed.</item>
/// <item>A group's first member waits 3 s for others, and is forgotten if its session timeout is shorter than
/// that.</item>
/// <item>Nothing survives the process.</item>
/// </list>
/// </summary>
public sealed class EmbeddedBroker : IDisposable
{
    /// <summary>Partitions of every topic.</summary>
    public const int PartitionsPerTopic = 4;

    private const int MaximumTries = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly IProducer<Null, Null> host;
    private readonly IAdminClient admin;

    private EmbeddedBroker(IProducer<Null, Null> host)
    {
        this.host = host;
        admin = new DependentAdminClientBuilder(host.Handle).Build();
        var brokers = Asked(() => admin.GetMetadata(Patience)).Brokers;
        BootstrapServers = string.Join(',', brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
    }

    /// <summary>For <c>Kafka:BootstrapServers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>The client in which the cluster lives.</summary>
    internal Handle Handle => host.Handle;

    /// <summary>How a worker talks to this broker.</summary>
    public KafkaOptions Options(string groupId) => new()
    {
        BootstrapServers = BootstrapServers,
        GroupId = groupId,
        // It ignores transactions. A real broker supports exactly-once, the default of 'worker run'.
        Delivery = DeliveryMode.AtLeastOnce,
        // It never answers questions about settings: the client would wait until it times out.
        AskTopicLimits = false,
        // It answers an empty fetch only when its time is over; a real broker answers as soon as there is a message.
        Consumer = { new("fetch.wait.max.ms", "10") },
    };

    /// <summary>Starts the cluster; it lives until it is disposed.</summary>
    /// <param name="brokers">1 to 16.</param>
    public static EmbeddedBroker Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(brokers, 16);
        var config = new ProducerConfig();
        config.Set("test.mock.num.brokers", $"{brokers}");
        // The mock cluster replaces the bootstrap servers, and the client says so on every start.
        return new EmbeddedBroker(new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).Build());
    }

    /// <summary>Makes the topics appear.</summary>
    public void CreateTopics(params IReadOnlyList<string> topics)
    {
        foreach (var topic in topics)
            Asked(() => admin.GetMetadata(topic, Patience));
    }

    /// <summary>The first request may come while the connection is still being made.</summary>
    private static T Asked<T>(Func<T> ask)
    {
        for (var tries = 1; ; tries++)
            try
            {
                return ask();
            }
            catch (KafkaException error) when (error.Error.Code == ErrorCode.Local_Transport && tries < MaximumTries)
            {
            }
    }

    public void Dispose()
    {
        admin.Dispose();
        host.Dispose();
    }
}
