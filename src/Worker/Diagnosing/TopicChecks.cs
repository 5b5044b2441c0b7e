using System.Globalization;
using Worker.Hosting;
using Worker.Kafka.Configuration;
using Worker.Kafka.Inspection;

namespace Worker.Diagnosing;

/// <summary>A topic that a worker uses.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Rights">What the worker does with it, in Kafka's words.</param>
internal sealed record NeededTopic(string Topic, IReadOnlyList<string> Rights)
{
    /// <summary>Whether it must be compacted.</summary>
    public bool IsCompacted { get; init; }
}

/// <summary>What is right and wrong with the topics, as far as the cluster says. Pure.</summary>
internal static class TopicChecks
{
    /// <summary>What the worker does with each topic it needs.</summary>
    /// <param name="topics">As configured.</param>
    /// <param name="matching">The topics that patterns of <see cref="KafkaTopics.Messages"/> match.</param>
    /// <param name="headsFromTopic">Whether heads come from a topic.</param>
    /// <param name="roles">What the worker does.</param>
    public static IReadOnlyList<NeededTopic> Needed(
        KafkaTopics topics, IReadOnlyList<string> matching, bool headsFromTopic, Roles roles)
    {
        var needed = new List<(string Topic, string Right)>();
        if (roles.HasFlag(Roles.Classify) || roles.HasFlag(Roles.Learn))
            needed.AddRange(MessageTopics.Of(topics).Names.Concat(matching).Distinct(StringComparer.Ordinal)
                .Select(topic => (topic, "READ")));
        if (roles.HasFlag(Roles.Classify))
            needed.AddRange(
                [(topics.Results, "WRITE"), (topics.Review, "WRITE"), (topics.DeadLetters, "WRITE")]);
        // What is sent from the store is looked up on its topic.
        if (roles.HasFlag(Roles.Learn))
            needed.AddRange([(topics.Labels, "READ"), (topics.DeadLetters, "WRITE"), (topics.DeadLetters, "READ")]);
        if (roles.HasFlag(Roles.Review))
            needed.AddRange([(topics.Review, "READ"), (topics.Labels, "WRITE"), (topics.Labels, "READ")]);
        // Other roles follow the heads topic wherever classifying workers have their heads from.
        if (headsFromTopic || roles != Roles.Classify)
            needed.Add((topics.Heads, "READ"));
        if (roles != Roles.Classify)
            needed.Add((topics.Heads, "WRITE"));
        return
        [
            .. needed.GroupBy(need => need.Topic, need => need.Right, StringComparer.Ordinal).Select(topic =>
                new NeededTopic(topic.Key, [.. topic.Distinct(StringComparer.Ordinal)])
                {
                    IsCompacted = topic.Key == topics.Heads,
                }),
        ];
    }

    /// <summary>Findings about one topic; a single ok if nothing is wrong.</summary>
    public static IEnumerable<Finding> Of(TopicFacts topic, NeededTopic need, KafkaOptions options)
    {
        var right = string.Join(" and ", need.Rights);
        var name = $"topic {topic.Name}";
        if (topic.Hidden)
        {
            yield return Finding.Failed(
                name, "this user may not see it", $"grant it {right} (which includes DESCRIBE) on the topic");
            yield break;
        }
        if (topic.Partitions == 0)
        {
            yield return options.AllowAutoCreateTopics
                ? Finding.Warning(name, "does not exist; it will be created when it is first used",
                    "create it with 'worker topics create', which also sets its cleanup.policy")
                : Finding.Failed(name, "does not exist", "create it with 'worker topics create'");
            yield break;
        }
        var wrong = Rights(name, topic, need).Concat(Copies(name, topic))
            .Concat(Settings(name, topic, need, options)).ToList();
        foreach (var finding in wrong)
            yield return finding;
        if (wrong.TrueForAll(finding => finding.Status == FindingStatus.Unknown))
            yield return Finding.Ok(
                name, $"{topic.Partitions} partitions, {topic.Replicas} " +
                    $"{(topic.Replicas == 1 ? "copy" : "copies")}{(topic.Rights is null ? "" : $", {right} granted")}");
    }

    private static IEnumerable<Finding> Rights(string name, TopicFacts topic, NeededTopic need)
    {
        if (topic.Rights is not { } rights)
        {
            yield return Finding.Unknown(name, "the brokers do not say what this user may do");
            yield break;
        }
        foreach (var right in need.Rights.Where(right => !rights.Contains(right) && !rights.Contains("ALL")))
            yield return Finding.Failed(name, $"this user may not {right}", $"grant it {right} on the topic");
    }

    private static IEnumerable<Finding> Copies(string name, TopicFacts topic)
    {
        if (topic.Replicas < 3)
            yield return Finding.Warning(
                name, $"{topic.Replicas} {(topic.Replicas == 1 ? "copy" : "copies")} of each partition: if a broker " +
                    "fails, the topic is lost or stops", "use " +
                    "three copies and min.insync.replicas=2");
    }

    private static IEnumerable<Finding> Settings(
        string name, TopicFacts topic, NeededTopic need, KafkaOptions options)
    {
        var compacted = need.IsCompacted;
        if (topic.Settings is not { } settings)
        {
            yield return Finding.Unknown(name, "this user may not see its settings",
                "grant DESCRIBE_CONFIGS on the topic to have them checked");
            yield break;
        }
        var policy = settings.GetValueOrDefault("cleanup.policy") ?? "";
        if (compacted && !policy.Contains("compact", StringComparison.Ordinal))
            yield return Finding.Failed(name, $"cleanup.policy is {policy}: heads would be forgotten with time",
                "set cleanup.policy=compact on the topic");
        if (compacted && policy.Contains("delete", StringComparison.Ordinal)
            && policy.Contains("compact", StringComparison.Ordinal))
            yield return Finding.Warning(name, $"cleanup.policy is {policy}: heads are forgotten with time",
                "set cleanup.policy=compact on the topic");
        if (!compacted && policy.Contains("compact", StringComparison.Ordinal))
            yield return Finding.Warning(
                name, $"cleanup.policy is {policy}: of several records with one key only the last is kept",
                "set cleanup.policy=delete on the topic");
        var inSync = Number(settings, "min.insync.replicas");
        if (inSync > topic.Replicas)
            yield return Finding.Failed(
                name, $"min.insync.replicas is {inSync} with {topic.Replicas} copies: nothing can be written",
                "lower it, or add copies");
        else if (topic.Replicas >= 3 && inSync < 2)
            yield return Finding.Warning(
                name, $"min.insync.replicas is {inSync}: a record that only one broker has counts as safe",
                "set min.insync.replicas=2 on the topic");
        var largest = Number(settings, "max.message.bytes");
        if (need.Rights.Contains("WRITE") && largest < options.MessageMaxBytes)
            yield return Finding.Warning(
                name, $"max.message.bytes is {largest}, Kafka:MessageMaxBytes is {options.MessageMaxBytes}: records " +
                    "between these sizes become dead letters only when the broker refuses them", "set " +
                    $"Kafka:MessageMaxBytes to {largest}, or raise the topic's");
    }

    private static long? Number(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
