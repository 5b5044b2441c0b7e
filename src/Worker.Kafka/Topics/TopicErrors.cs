using Confluent.Kafka;

namespace Worker.Kafka.Topics;

/// <summary>Why a broker does not create a topic, and what to do about it.</summary>
internal static class TopicErrors
{
    /// <summary>"'messages', 'results': there are not that many brokers", each reason once.</summary>
    public static string Text(IEnumerable<(string Topic, Error Error)> refused) => string.Join("; ", refused
        .GroupBy(one => Reason(one.Error), one => one.Topic, StringComparer.Ordinal)
        .Select(same => $"{string.Join(", ", same.Select(topic => $"'{topic}'"))}: {same.Key}"));

    public static string Reason(Error error) => error.Code switch
    {
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => "this user may not create it",
        ErrorCode.InvalidReplicationFactor => $"there are not that many brokers ({error.Reason})",
        ErrorCode.InvalidPartitions => $"the brokers do not allow that number of partitions ({error.Reason})",
        ErrorCode.PolicyViolation => $"a policy of the brokers forbids it ({error.Reason})",
        ErrorCode.RequestTimedOut or ErrorCode.Local_TimedOut or ErrorCode.Local_Transport =>
            "no answer in time; some may have been created",
        _ => error.Reason,
    };

    public static string Advice(ErrorCode code) => code switch
    {
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
            "grant this user CREATE on the topic (or on the cluster), or let somebody who has it create the topics",
        ErrorCode.InvalidReplicationFactor =>
            "ask for fewer copies with --replicas (1 with a single broker), or start more brokers",
        ErrorCode.InvalidPartitions => "ask for another number with --partitions",
        ErrorCode.PolicyViolation or ErrorCode.InvalidConfig =>
            "create the topics as the policy requires; the heads topic needs one partition and " +
            "cleanup.policy=compact",
        ErrorCode.TopicException => "choose another name for the topic, under Kafka:Topics",
        _ => "check the brokers' log, then run the command again: topics that exist are not changed",
    };
}
