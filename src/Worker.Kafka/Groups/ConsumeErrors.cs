using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Groups;

/// <summary>
/// Separates the errors from which the consumer recovers itself (logged) from those that need a person (thrown).
/// </summary>
internal sealed class ConsumeErrors(KafkaOptions options, ClientLog log, KafkaClients clients)
{
    private readonly FatalError fatal = new();

    /// <summary>For the client's error event.</summary>
    public void Note(Error error) => fatal.Note(error);

    /// <summary>
    /// Whether another member took, or seems to have taken, this worker's instance id; then this consumer is unusable.
    /// </summary>
    public bool IsFenced(Error error) => fatal.Of(error).Code == ErrorCode.FencedInstanceId;

    /// <summary>Whether another member still has this worker's instance id; then this consumer is unusable.</summary>
    public bool IsUnreleased(Error error) => fatal.Of(error).Code == ErrorCode.UnreleasedInstanceId;

    /// <summary>What the broker said, without secrets.</summary>
    public string Reason(Error error) => clients.Redact(fatal.Of(error).Reason);

    /// <exception cref="KafkaFailureException">Reading cannot go on.</exception>
    public void Handle(ConsumeException exception)
    {
        var error = fatal.Of(exception.Error);
        var topic = exception.ConsumerRecord?.Topic ?? options.Topics.Messages;
        if (IsFenced(error) || IsUnreleased(error))
            throw Failure(KafkaFailure.Fenced,
                $"another worker is member '{options.GroupInstanceId}' of group '{options.GroupId}', so this one " +
                "ends: give every worker its own Kafka:GroupInstanceId");
        if (error.IsFatal)
            throw Failure(KafkaFailure.Fatal, $"the consumer cannot go on: {error.Reason}");
        switch (error.Code)
        {
            case ErrorCode.TopicAuthorizationFailed:
                throw Failure(KafkaFailure.Unauthorised,
                    $"this worker may not read topic '{topic}': grant its user READ and DESCRIBE on it");
            case ErrorCode.GroupAuthorizationFailed:
                throw Failure(KafkaFailure.Unauthorised,
                    $"this worker may not use consumer group '{options.GroupId}': grant its user READ on it");
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic:
                log.Write(LogLevel.Warning, "missing topic",
                    $"topic '{topic}' does not exist: create it or allow auto-creation; waiting for it");
                break;
            default:
                log.Write(LogLevel.Warning, error.Code.ToString(), error.Reason);
                break;
        }
    }

    private KafkaFailureException Failure(KafkaFailure failure, string message) =>
        new(failure, clients.Redact(message));
}
