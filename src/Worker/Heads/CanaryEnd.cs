using Worker.Core.Heads;
using Worker.Kafka.Heads;

namespace Worker.Heads;

/// <summary>Ends canaries: their labels' heads decide all messages.</summary>
internal static class CanaryEnd
{
    /// <summary>Publishes a tombstone for each canary of the labels.</summary>
    /// <exception cref="Kafka.Clients.KafkaFailureException">A record was not acknowledged; publish again.</exception>
    public static Task Publish(
        HeadsTopicWriter topic, TopicHeads there, IEnumerable<string> labels, CancellationToken stop) =>
        Task.WhenAll(labels.Where(label => there.Canary(label) is not null).Select(label => topic.PublishAsync(
            HeadKey.Of(label, HeadRole.Canary), null, $"the end of the canary of label '{label}'", stop)));
}
