using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Topics;

/// <summary>
/// The largest record that each topic takes: its own max.message.bytes if that is less than Kafka:MessageMaxBytes.
/// </summary>
public sealed partial class TopicLimits
{
    private readonly int maximum;
    private readonly Dictionary<string, int> limits = new(StringComparer.Ordinal);

    private TopicLimits(int maximum) => this.maximum = maximum;

    /// <summary>The minimum of all, in bytes. It also limits batches, because the broker measures batches.</summary>
    public int Minimum => limits.Values.Append(maximum).Min();

    /// <summary>In bytes.</summary>
    public int Of(string topic) => limits.GetValueOrDefault(topic, maximum);

    /// <summary>
    /// Asks the brokers, unless told not to; a topic whose settings this user may not see counts with
    /// Kafka:MessageMaxBytes.
    /// </summary>
    public static async Task<TopicLimits> Read(KafkaOptions options, IReadOnlyCollection<string> topics,
        ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
    {
        var read = new TopicLimits(options.MessageMaxBytes);
        if (!options.AskTopicLimits)
            return read;
        var clients = new KafkaClients(options, loggers, clock, outages);
        var logger = loggers.CreateLogger<TopicLimits>();
        var admin = clients.Admin(clients.Log("Admin"));
        try
        {
            // One request per topic, because a user without the right to one may have it for another.
            var asked = topics.Select(topic => (Topic: topic, Answer: admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions
                {
                    RequestTimeout = TimeSpan.FromSeconds(5),
                }))).ToArray();
            foreach (var (topic, answer) in asked)
            {
                try
                {
                    var found = await answer;
                    if (!found[0].Entries.TryGetValue("max.message.bytes", out var entry)
                        || !int.TryParse(entry.Value, CultureInfo.InvariantCulture, out var bytes)
                        || bytes >= read.maximum)
                        continue;
                    read.limits[topic] = bytes;
                    Smaller(logger, topic, bytes, read.maximum);
                }
                catch (KafkaException error)
                {
                    Unknown(logger, topic, clients.Redact(error.Error.Reason), read.maximum);
                }
            }
        }
        finally
        {
            KafkaClients.Discard(admin);
        }
        return read;
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message =
            "Topic '{Topic}' takes records of up to {Bytes} bytes, less than Kafka:MessageMaxBytes ({Most}): larger " +
            "ones become dead letters, or leave out what does not fit")]
    private static partial void Smaller(ILogger logger, string topic, int bytes, int most);

    [LoggerMessage(Level = LogLevel.Debug,
        Message =
            "The settings of topic '{Topic}' cannot be seen (DESCRIBE_CONFIGS): {Reason}; Kafka:MessageMaxBytes " +
            "({Most}) is used as its limit")]
    private static partial void Unknown(ILogger logger, string topic, string reason, int most);
}
