using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Inspection;

/// <summary>
/// Asks a cluster for what a worker needs to know, and changes nothing: it joins no group, reads no message and creates
/// nothing.
/// </summary>
public sealed class ClusterInspection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly IAdminClient admin;

    /// <exception cref="KafkaFailureException">The client library refuses the settings.</exception>
    public ClusterInspection(KafkaOptions options, TimeProvider clock)
    {
        this.options = options;
        clients = new KafkaClients(options, NullLoggerFactory.Instance, clock);
        admin = clients.Admin(clients.Log("Admin"));
    }

    /// <summary>Connects, within seconds.</summary>
    /// <exception cref="KafkaFailureException">No broker answers; the message says why if that is known.</exception>
    public async Task<ClusterFacts> ClusterAsync(TimeProvider clock)
    {
        using (var topics = new TopicAdmin(options, NullLoggerFactory.Instance, clock))
            topics.Reach();
        try
        {
            var found = await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience });
            return new ClusterFacts(found.Nodes.Count, found.ClusterId);
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(
                KafkaFailure.Fatal, $"the cluster cannot be asked about: {clients.Redact(error.Error.Reason)}");
        }
    }

    /// <summary>
    /// The topics that a pattern of <see cref="MessageTopics"/> matches, as far as this user may see them.
    /// </summary>
    public IReadOnlyList<string> Matching(MessageTopics sources, TimeProvider clock)
    {
        if (sources.Patterns.Count == 0)
            return [];
        using var topics = new TopicAdmin(options, NullLoggerFactory.Instance, clock);
        return topics.Matching(sources, default);
    }

    /// <summary>Each of the topics, in their order.</summary>
    public async Task<IReadOnlyList<TopicFacts>> TopicsAsync(IReadOnlyList<string> names)
    {
        var described = await Described(names);
        var facts = new List<TopicFacts>();
        foreach (var name in names)
        {
            var topic = described.Find(candidate => candidate.Name == name);
            if (topic is null || topic.Error.IsError)
            {
                facts.Add(new TopicFacts(name, 0, 0, null, topic?.Error.Code == ErrorCode.TopicAuthorizationFailed));
                continue;
            }
            facts.Add(new TopicFacts(name, topic.Partitions.Count,
                topic.Partitions.Min(partition => partition.Replicas.Count), Names(
                    topic.AuthorizedOperations), Hidden: false)
            {
                Settings = await SettingsAsync(ResourceType.Topic, name),
            });
        }
        return facts;
    }

    /// <summary>What this user may do with a consumer group; null if the broker does not say.</summary>
    /// <returns>An empty set if it may not even see it.</returns>
    public async Task<IReadOnlySet<string>?> GroupRightsAsync(string group)
    {
        var describe = new DescribeConsumerGroupsOptions
        {
            RequestTimeout = Patience,
            IncludeAuthorizedOperations = true,
        };
        try
        {
            var found = await admin.DescribeConsumerGroupsAsync([group], describe);
            return Names(found.ConsumerGroupDescriptions[0].AuthorizedOperations);
        }
        catch (DescribeConsumerGroupsException refused)
            when (refused.Results.ConsumerGroupDescriptions[0].Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            return new HashSet<string>(StringComparer.Ordinal);
        }
        catch (KafkaException)
        {
            // On newer brokers a group that nobody has joined yet does not exist, so they cannot be asked about it.
            return null;
        }
    }

    /// <summary>A setting of any broker; null if this user may not ask (DESCRIBE_CONFIGS on the cluster).</summary>
    public async Task<string?> BrokerSettingAsync(string name)
    {
        var broker = admin.GetMetadata(Patience).OriginatingBrokerId;
        var settings = await SettingsAsync(
            ResourceType.Broker, broker.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return settings?.GetValueOrDefault(name);
    }

    public void Dispose() => admin.Dispose();

    private async Task<List<TopicDescription>> Described(IReadOnlyList<string> names)
    {
        var describe = new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true };
        try
        {
            return (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), describe)).TopicDescriptions;
        }
        catch (DescribeTopicsException partly)
        {
            return partly.Results.TopicDescriptions;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(
                KafkaFailure.Fatal, $"topics cannot be asked about: {clients.Redact(error.Error.Reason)}");
        }
    }

    private async Task<IReadOnlyDictionary<string, string>?> SettingsAsync(ResourceType type, string name)
    {
        try
        {
            var found = await admin.DescribeConfigsAsync([new ConfigResource { Type = type, Name = name }],
                new DescribeConfigsOptions { RequestTimeout = Patience });
            return found[0].Entries.ToDictionary(
                entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    private static HashSet<string>? Names(List<AclOperation>? operations) =>
        operations?.Select(Name).ToHashSet(StringComparer.Ordinal);

    private static string Name(AclOperation operation) => operation switch
    {
        AclOperation.All => "ALL",
        AclOperation.Read => "READ",
        AclOperation.Write => "WRITE",
        AclOperation.Create => "CREATE",
        AclOperation.Describe => "DESCRIBE",
        AclOperation.DescribeConfigs => "DESCRIBE_CONFIGS",
        AclOperation.IdempotentWrite => "IDEMPOTENT_WRITE",
        _ => operation.ToString().ToUpperInvariant(),
    };
}
