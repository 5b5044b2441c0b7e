using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Worker.Kafka.Configuration;

/// <summary>Checks <see cref="KafkaOptions"/> before anything connects, and lists all problems together.</summary>
public static partial class KafkaOptionsValidator
{
    /// <summary>
    /// Properties that the delivery promise depends on or that have their own option, and that option.
    /// </summary>
    private static readonly Dictionary<string, string> Reserved = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "Kafka:BootstrapServers",
        ["metadata.broker.list"] = "Kafka:BootstrapServers",
        ["group.id"] = "Kafka:GroupId",
        ["group.instance.id"] = "Kafka:GroupInstanceId",
        ["group.protocol"] = "Kafka:GroupProtocol",
        ["enable.partition.eof"] = "Kafka:Delivery",
        ["transactional.id"] = "Kafka:TransactionalId",
        ["transaction.timeout.ms"] = "Kafka:TransactionTimeoutMs",
        ["session.timeout.ms"] = "Kafka:SessionTimeoutMs",
        ["max.poll.interval.ms"] = "Kafka:MaxPollIntervalMs",
        ["auto.offset.reset"] = "Kafka:OffsetReset",
        ["message.max.bytes"] = "Kafka:MessageMaxBytes",
        ["isolation.level"] = "Kafka:Delivery",
        ["enable.idempotence"] = "Kafka:Delivery",
        ["acks"] = "Kafka:Delivery",
        ["request.required.acks"] = "Kafka:Delivery",
        ["enable.auto.commit"] = "Kafka:Delivery",
        ["enable.auto.offset.store"] = "Kafka:Delivery",
    };

    /// <summary>
    /// All problems of the options, each with the setting and what is allowed; empty if there are none.
    /// </summary>
    public static IReadOnlyList<string> Problems(KafkaOptions options)
    {
        var problems = new List<string>();
        Annotated(options, KafkaOptions.Section, problems);
        Annotated(options.Topics, $"{KafkaOptions.Section}:Topics", problems);
        Names(options.Topics, problems);
        Times(options, problems);
        if (options.GroupProtocol == GroupMembership.Consumer)
            BrokersToChoose(options, problems);
        Reserve(options.Client, "Client", problems);
        Reserve(options.Consumer, "Consumer", problems);
        Reserve(options.Producer, "Producer", problems);
        problems.AddRange(SecurityProblems.Of(options, TimeProvider.System.GetUtcNow()));
        return problems;
    }

    private static void Annotated(object part, string section, List<string> problems)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(part, new ValidationContext(part), found, validateAllProperties: true);
        foreach (var result in found)
        {
            var message = result.ErrorMessage ?? "is not allowed";
            var member = result.MemberNames.FirstOrDefault() ?? "?";
            problems.Add(
                message.StartsWith(section, StringComparison.Ordinal) ? message : $"{section}:{member}: {message}");
        }
    }

    private static void Names(KafkaTopics topics, List<string> problems)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        MessageTopics? sources = null;
        try
        {
            sources = MessageTopics.Of(topics);
        }
        catch (FormatException error)
        {
            problems.Add($"Kafka:Topics:{nameof(topics.Messages)}: {error.Message}");
        }
        foreach (var (role, topic) in Roles(topics, sources))
        {
            if (string.IsNullOrEmpty(topic))
                continue;
            if (topic is "." or ".." || !TopicName().IsMatch(topic))
                problems.Add(
                    $"Kafka:Topics:{role}: '{topic}' is not a topic name: up to 249 letters, digits, '.', '_' and '-'");
            if (!seen.TryAdd(topic, role))
                problems.Add(
                    $"Kafka:Topics:{role}: '{topic}' is already the topic of {seen[topic]}: each needs its own");
            // The worker would read again what it writes, and so on forever.
            if (role != nameof(topics.Messages) && sources?.Matches(topic) == true)
                problems.Add(
                    $"Kafka:Topics:{nameof(topics.Messages)}: a pattern matches '{topic}', the topic of {role}: make " +
                    "it narrower");
        }
    }

    private static IEnumerable<(string Role, string Topic)> Roles(KafkaTopics topics, MessageTopics? sources) =>
    [
        .. (sources?.Names ?? []).Select(name => (nameof(topics.Messages), name)),
        (nameof(topics.Results), topics.Results),
        (nameof(topics.Review), topics.Review), (nameof(topics.DeadLetters), topics.DeadLetters),
        (nameof(topics.Heads), topics.Heads), (nameof(topics.Labels), topics.Labels),
    ];

    private static void Times(KafkaOptions options, List<string> problems)
    {
        if (options.GroupProtocol == GroupMembership.Classic && options.SessionTimeoutMs > options.MaxPollIntervalMs)
            problems.Add($"Kafka:SessionTimeoutMs ({options.SessionTimeoutMs}) must not exceed " +
                $"Kafka:MaxPollIntervalMs ({options.MaxPollIntervalMs})");
        if (options.PauseAfterMs > options.MaxPollIntervalMs / 2)
            problems.Add($"Kafka:PauseAfterMs ({options.PauseAfterMs}) must be at most half of " +
                $"Kafka:MaxPollIntervalMs ({options.MaxPollIntervalMs})");
        // The group waits inside a poll while the windows in flight are published.
        var (publish, ms) = options.Delivery == DeliveryMode.ExactlyOnce
            ? (nameof(options.TransactionGiveUpMs), options.TransactionGiveUpMs)
            : (nameof(options.DeliveryTimeoutMs), options.DeliveryTimeoutMs);
        if ((long)options.RevokeDrainMs + ms >= options.MaxPollIntervalMs)
            problems.Add($"Kafka:RevokeDrainMs ({options.RevokeDrainMs}) and Kafka:{publish} ({ms}) together must be " +
                $"less than Kafka:MaxPollIntervalMs ({options.MaxPollIntervalMs})");
        if (options.Delivery == DeliveryMode.ExactlyOnce && options.TransactionGiveUpMs < options.TransactionTimeoutMs)
            problems.Add($"Kafka:TransactionGiveUpMs ({options.TransactionGiveUpMs}) must be at least " +
                $"Kafka:TransactionTimeoutMs ({options.TransactionTimeoutMs})");
    }

    private static void BrokersToChoose(KafkaOptions options, List<string> problems)
    {
        foreach (var property in (string[])["heartbeat.interval.ms", "partition.assignment.strategy",
            "group.protocol.type"])
            if (options.Client.ContainsKey(property) || options.Consumer.ContainsKey(property))
                problems.Add(
                    $"Kafka:Consumer:{property} is chosen by the broker with Kafka:GroupProtocol Consumer: leave it " +
                    "out");
    }

    private static void Reserve(IDictionary<string, string> properties, string section, List<string> problems)
    {
        foreach (var (property, value) in properties)
        {
            if (Reserved.TryGetValue(property, out var option))
                problems.Add($"Kafka:{section}:{property} cannot be set here: use {option}");
            if (value is null)
                problems.Add($"Kafka:{section}:{property} has no value");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,249}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TopicName();
}
