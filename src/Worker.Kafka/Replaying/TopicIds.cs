using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Replaying;

/// <summary>Tells a topic from a deleted one of the same name; Kafka gives each a new id.</summary>
public static class TopicIds
{
    /// <summary>The id of a topic; empty if the brokers have no ids (before Kafka 2.8).</summary>
    /// <exception cref="KafkaFailureException">The topic cannot be described.</exception>
    public static async Task<string> Read(
        KafkaOptions options, string topic, ILoggerFactory loggers, TimeProvider clock)
    {
        var clients = new KafkaClients(options, loggers, clock);
        using var admin = clients.Admin(clients.Log("Admin"));
        try
        {
            var found = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]),
                new DescribeTopicsOptions { RequestTimeout = TimeSpan.FromSeconds(15) });
            return found.TopicDescriptions[0].TopicId.ToString();
        }
        catch (KafkaException error)
            when (error.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion)
        {
            return "";
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(
                KafkaFailure.Fatal, $"topic '{topic}' cannot be described: {clients.Redact(error.Error.Reason)}");
        }
    }
}
