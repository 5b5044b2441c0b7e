using Confluent.Kafka;

namespace Worker.Kafka.Configuration;

/// <summary>Turns <see cref="KafkaOptions"/> into the client library's own settings.</summary>
internal static class ClientConfigs
{
    /// <summary>Informational, and the client's own default.</summary>
    private const string LogLevel = "6";

    /// <summary>For the worker's consumer: offsets are committed by hand only, cooperative rebalancing.</summary>
    public static ConsumerConfig GroupConsumer(KafkaOptions options)
    {
        var config = Consumer(options);
        config.GroupId = options.GroupId;
        config.MaxPollIntervalMs = options.MaxPollIntervalMs;
        if (!string.IsNullOrEmpty(options.GroupInstanceId))
            config.GroupInstanceId = options.GroupInstanceId;
        if (options.GroupProtocol == GroupMembership.Consumer)
        {
            // The broker chooses session, heartbeats and the way of assigning; the client refuses these settings here.
            config.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            config.SessionTimeoutMs = options.SessionTimeoutMs;
            config.HeartbeatIntervalMs = Math.Min(3_000, options.SessionTimeoutMs / 3);
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        }
        // Reports where a partition ends after markers that are not messages, so that their offsets can be committed.
        config.EnablePartitionEof = true;
        // The reader itself decides by Kafka:OffsetReset, and logs what that skips.
        config.AutoOffsetReset = AutoOffsetReset.Error;
        Merge(config, options.Client, options.Consumer);
        return config;
    }

    /// <summary>For what goes into the store: a group of its own, which begins where the store says.</summary>
    public static ConsumerConfig RecordedConsumer(KafkaOptions options, string group)
    {
        var config = Consumer(options);
        config.GroupId = group;
        config.MaxPollIntervalMs = options.MaxPollIntervalMs;
        config.SessionTimeoutMs = options.SessionTimeoutMs;
        config.HeartbeatIntervalMs = Math.Min(3_000, options.SessionTimeoutMs / 3);
        // What the store has not recorded and the topic has lost is gone: reading goes on at the oldest that is there.
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        // An answer should not wait for a fetch that found nothing.
        config.FetchWaitMaxMs = 100;
        Merge(config, options.Client, options.Consumer);
        return config;
    }

    /// <summary>
    /// For a consumer that is given its partitions. It has a group's name because the client demands one, and never
    /// uses it.
    /// </summary>
    public static ConsumerConfig AssignedConsumer(KafkaOptions options)
    {
        var config = Consumer(options);
        // The worker's own group, because the client looks for its coordinator and the user has no rights to another.
        // It never joins.
        config.GroupId = options.GroupId;
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.EnablePartitionEof = true;
        // A new head should not wait for an empty fetch.
        config.FetchWaitMaxMs = 100;
        Merge(config, options.Client, options.Consumer);
        return config;
    }

    /// <summary>For a consumer that reads nothing, to ask about the group from outside.</summary>
    public static ConsumerConfig Outsider(KafkaOptions options)
    {
        var config = new ConsumerConfig { GroupId = options.GroupId };
        Common(config, options);
        Merge(config, options.Client);
        return config;
    }

    /// <summary>Idempotent, acknowledged by all in-sync replicas, partitioned as Java clients do.</summary>
    public static ProducerConfig Producer(KafkaOptions options)
    {
        var config = new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = options.LingerMs,
            MessageMaxBytes = options.MessageMaxBytes,
            MessageTimeoutMs = options.DeliveryTimeoutMs,
            Partitioner = Partitioner.Murmur2Random,
            // Only the value, by reference: it identifies a failed delivery.
            DeliveryReportFields = "value",
            AllowAutoCreateTopics = options.AllowAutoCreateTopics,
        };
        config.Set("compression.codec", options.Compression);
        Common(config, options);
        Merge(config, options.Client, options.Producer);
        return config;
    }

    /// <summary><see cref="Producer"/> with a transactional identity.</summary>
    public static ProducerConfig TransactionalProducer(KafkaOptions options)
    {
        var config = Producer(options);
        config.TransactionalId = options.EffectiveTransactionalId;
        config.TransactionTimeoutMs = options.TransactionTimeoutMs;
        // No record may outlive its transaction.
        config.MessageTimeoutMs = options.TransactionTimeoutMs;
        // At the first try of each step the coordinator is usually still busy with the last transaction. A default
        // back-off of 100 ms would be most of a single message's latency. It grows exponentially from here.
        if (!Given(options, "retry.backoff.ms"))
            config.RetryBackoffMs = 1;
        // The client asks three times who coordinates the group. Then it waits without limit for the state of some
        // connection to change (librdkafka 2.12 to 2.16, rd_kafka_coord_req). Closing an idle connection is such a
        // change.
        if (!Given(options, "connections.max.idle.ms"))
            config.ConnectionsMaxIdleMs = options.TransactionTimeoutMs;
        // LostConnections reads the client's lines about broken connections.
        config.LogConnectionClose = true;
        config.Set("log_level", LogLevel);
        return config;
    }

    /// <summary>For asking about and creating topics.</summary>
    public static AdminClientConfig Admin(KafkaOptions options)
    {
        var config = new AdminClientConfig();
        Common(config, options);
        Merge(config, options.Client);
        return config;
    }

    private static ConsumerConfig Consumer(KafkaOptions options)
    {
        var config = new ConsumerConfig
        {
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            // Records of aborted transactions upstream are not messages, in either mode.
            IsolationLevel = IsolationLevel.ReadCommitted,
            AllowAutoCreateTopics = options.AllowAutoCreateTopics,
            // Bounds the memory of fetched messages, and fetches again soon after it was full (the default of 1 s is a
            // stall).
            QueuedMaxMessagesKbytes = 16 << 10,
        };
        config.Set("fetch.queue.backoff.ms", "20");
        Common(config, options);
        return config;
    }

    private static void Common(Confluent.Kafka.ClientConfig config, KafkaOptions options)
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = $"worker-{Environment.MachineName}";
        // A broker that is back, or a topic that is created while we run, is noticed in seconds.
        config.ReconnectBackoffMaxMs = 1_000;
        config.TopicMetadataRefreshIntervalMs = 10_000;
        config.SocketKeepaliveEnable = true;
    }

    private static bool Given(KafkaOptions options, string property) =>
        options.Client.ContainsKey(property) || options.Producer.ContainsKey(property);

    private static void Merge(Confluent.Kafka.ClientConfig config, params IDictionary<string, string>[] parts)
    {
        foreach (var part in parts)
            foreach (var (property, value) in part)
                config.Set(property, value);
    }
}
