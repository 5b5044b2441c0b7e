using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Worker.Kafka.Configuration;

/// <summary>What is promised about each message.</summary>
public enum DeliveryMode
{
    /// <summary>Nothing is lost; after a crash a result may appear twice.</summary>
    AtLeastOnce,

    /// <summary>Results and offsets in one transaction: a read_committed reader sees every result once.</summary>
    ExactlyOnce,
}

/// <summary>Where to read when the group has no offset for a partition, or when its offset is gone.</summary>
public enum OffsetReset
{
    /// <summary>From the oldest message that is still there.</summary>
    Earliest,

    /// <summary>From what arrives next.</summary>
    Latest,

    /// <summary>Stop with an error, so that a person decides.</summary>
    Stop,
}

/// <summary>How the workers of a group agree on who reads what.</summary>
public enum GroupMembership
{
    /// <summary>The members agree among themselves, cooperatively; every broker supports it.</summary>
    Classic,

    /// <summary>
    /// The broker decides (KIP-848; Kafka 4.0 or later): session and heartbeat times are the broker's.
    /// </summary>
    Consumer,
}

/// <summary>
/// How the worker talks to Kafka: the configuration section <c>Kafka</c>. All times are milliseconds.
/// </summary>
public sealed class KafkaOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Kafka";

    /// <summary>Brokers to ask first: <c>host:port</c>, comma separated.</summary>
    [Required(ErrorMessage = "Kafka:BootstrapServers is required: host:port of one or more brokers, comma separated")]
    public string BootstrapServers { get; set; } = "";

    /// <summary>The consumer group: workers with the same one share the partitions. Default <c>worker</c>.</summary>
    [Required(ErrorMessage = "Kafka:GroupId is required: workers with the same one share the partitions")]
    public string GroupId { get; set; } = "worker";

    /// <summary>Default <see cref="GroupMembership.Classic"/>.</summary>
    public GroupMembership GroupProtocol { get; set; } = GroupMembership.Classic;

    /// <summary>
    /// Static membership: a name that differs between workers and survives a restart (a StatefulSet's pod name). A
    /// worker that comes back with it within the session timeout gets its partitions back, and no other worker is
    /// disturbed. Until then nobody reads them. Default: none, dynamic membership.
    /// </summary>
    public string? GroupInstanceId { get; set; }

    /// <summary>The names of the topics.</summary>
    public KafkaTopics Topics { get; set; } = new();

    /// <summary>Default <see cref="DeliveryMode.ExactlyOnce"/>.</summary>
    public DeliveryMode Delivery { get; set; } = DeliveryMode.ExactlyOnce;

    /// <summary>Default <see cref="OffsetReset.Earliest"/>.</summary>
    public OffsetReset OffsetReset { get; set; } = OffsetReset.Earliest;

    /// <summary>
    /// Exactly-once only: this worker's name for the transaction coordinator. It must differ between workers and
    /// survive a restart, so that what a crash left open is aborted at once. Default: group id, then host name.
    /// </summary>
    public string? TransactionalId { get; set; }

    /// <summary>
    /// Classic protocol: how long the group waits for a silent member. 1,000 to 300,000, default 6,000 (brokers refuse
    /// less unless told).
    /// </summary>
    [Range(1_000, 300_000)]
    public int SessionTimeoutMs { get; set; } = 6_000;

    /// <summary>
    /// How long the broker waits before it aborts the transaction of a worker that went silent; read_committed readers
    /// wait as long. 1,000 to 900,000 (a broker's own limit), default 10,000.
    /// </summary>
    [Range(1_000, 900_000)]
    public int TransactionTimeoutMs { get; set; } = 10_000;

    /// <summary>
    /// The group expels a member that does not poll for this long. 5,000 to 86,400,000, default 300,000.
    /// </summary>
    [Range(5_000, 86_400_000)]
    public int MaxPollIntervalMs { get; set; } = 300_000;

    /// <summary>
    /// When a full window has waited for this long, partitions are paused and polling goes on. 100 to half of
    /// <see cref="MaxPollIntervalMs"/>, default 2,000.
    /// </summary>
    [Range(100, 43_200_000)]
    public int PauseAfterMs { get; set; } = 2_000;

    /// <summary>
    /// How long a revoked partition is kept so that windows in flight can be committed. 0 to 600,000, default 20,000.
    /// </summary>
    [Range(0, 600_000)]
    public int RevokeDrainMs { get; set; } = 20_000;

    /// <summary>
    /// At-least-once: a record that no broker took for this long has failed. 1,000 to 3,600,000, default 60,000.
    /// </summary>
    [Range(1_000, 3_600_000)]
    public int DeliveryTimeoutMs { get; set; } = 60_000;

    /// <summary>
    /// Exactly-once: how long one step of a transaction is retried before a fresh producer takes over and reading goes
    /// on from what is committed. If a broker was lost meanwhile, the limit is <see cref="TransactionTimeoutMs"/>. At
    /// least that, and 1,000 to 3,600,000, default 180,000.
    /// </summary>
    [Range(1_000, 3_600_000)]
    public int TransactionGiveUpMs { get; set; } = 180_000;

    /// <summary>
    /// The largest record that the brokers take (their <c>message.max.bytes</c>), in bytes. 16,384 (a dead
    /// letter must fit) to 1,000,000,000, default 1,048,588, a broker's own default.
    /// </summary>
    [Range(16_384, 1_000_000_000)]
    public int MessageMaxBytes { get; set; } = 1_048_588;

    /// <summary>
    /// Whether to ask, at start, for each topic's own <c>max.message.bytes</c>; false if the brokers do not answer
    /// that. Default true.
    /// </summary>
    public bool AskTopicLimits { get; set; } = true;

    /// <summary>How long a producer waits for more records before it sends a batch. 0 to 1,000, default 1.</summary>
    [Range(0, 1_000)]
    public int LingerMs { get; set; } = 1;

    /// <summary>none, gzip, snappy, lz4 or zstd. Default lz4.</summary>
    [RegularExpression(
        "none|gzip|snappy|lz4|zstd", ErrorMessage = "Kafka:Compression must be none, gzip, snappy, lz4 or zstd")]
    public string Compression { get; set; } = "lz4";

    /// <summary>
    /// Whether topics that do not exist may be created by using them (the broker must allow it too). Default false.
    /// </summary>
    public bool AllowAutoCreateTopics { get; set; }

    /// <summary>
    /// Keys that sign records of the heads topic, separated by white space: the first signs, all are accepted, and a
    /// record that none of them signed is refused. Each has 32 characters or more. Default: none, nothing is signed.
    /// </summary>
    [RegularExpression(
        @"\s*\S{32,}(\s+\S{32,})*\s*",
        ErrorMessage = "Kafka:HeadsSigningKey must be keys of 32 characters or more, one a line: make one with " +
            "'openssl rand -base64 32'")]
    public string? HeadsSigningKey { get; set; }

    /// <summary>
    /// librdkafka properties for every client, such as <c>security.protocol</c>; values of secret ones are never
    /// logged.
    /// </summary>
    public IDictionary<string, string> Client { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>librdkafka properties for consumers only; they win over <see cref="Client"/>.</summary>
    public IDictionary<string, string> Consumer { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>librdkafka properties for producers only; they win over <see cref="Client"/>.</summary>
    public IDictionary<string, string> Producer { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The keys of <see cref="HeadsSigningKey"/>.</summary>
    public string[] SigningKeys =>
        (HeadsSigningKey ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The consumer group of the learners.</summary>
    public string LearnerGroupId => $"{GroupId}-learn";

    /// <summary>The consumer group of those that read the review topic into the store.</summary>
    public string ReviewGroupId => $"{GroupId}-review";

    /// <summary>Transactional identity of what is sent from the store.</summary>
    public string OutboxId => $"{GroupId}-outbox";

    /// <summary>The same under another transactional identity.</summary>
    public KafkaOptions As(string transactionalId)
    {
        var other = (KafkaOptions)MemberwiseClone();
        other.TransactionalId = transactionalId;
        return other;
    }

    /// <summary><see cref="TransactionalId"/>, or its default made from group id and host name.</summary>
    public string EffectiveTransactionalId =>
        string.IsNullOrEmpty(TransactionalId) ? $"{GroupId}-{Dns.GetHostName()}" : TransactionalId;
}
