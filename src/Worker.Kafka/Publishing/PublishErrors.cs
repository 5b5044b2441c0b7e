using Confluent.Kafka;
using Worker.Kafka.Clients;

namespace Worker.Kafka.Publishing;

/// <summary>The producer's errors that its own retries cannot fix, with advice.</summary>
internal static class PublishErrors
{
    /// <summary>
    /// The failure that stops the process or ends the producer; null if only the window must be read again.
    /// </summary>
    public static KafkaFailureException? Permanent(
        Error error, IReadOnlyList<OutgoingRecord> records, int index, KafkaClients clients)
    {
        var topic = index >= 0 ? $"topic '{records[index].Topic}'" : "a topic of this worker";
        return error.Code switch
        {
            ErrorCode.TopicAuthorizationFailed => new KafkaFailureException(KafkaFailure.Unauthorised,
                $"this worker may not write to {topic}: grant its user WRITE and DESCRIBE on it", index),
            ErrorCode.ClusterAuthorizationFailed => new KafkaFailureException(KafkaFailure.Unauthorised,
                "this worker may not write idempotently: grant its user IDEMPOTENT_WRITE on the cluster", index),
            ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart =>
                new KafkaFailureException(KafkaFailure.TopicMissing,
                $"{topic} does not exist: create it or allow auto-creation", index),
            _ when error.IsFatal => new KafkaFailureException(KafkaFailure.ProducerBroken,
                "the producer cannot go on and a fresh one takes its place; the window is read again: " +
                $"{clients.Redact(error.Reason)} ({error.Code})"),
            _ => null,
        };
    }
}
