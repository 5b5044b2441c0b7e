using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Configuration;

public sealed class KafkaOptionsTests
{
    [Fact]
    public void The_defaults_lack_only_the_brokers()
    {
        var problem = Assert.Single(KafkaOptionsValidator.Problems(new KafkaOptions()));
        Assert.Contains("Kafka:BootstrapServers is required", problem, StringComparison.Ordinal);
        Assert.Empty(KafkaOptionsValidator.Problems(new KafkaOptions { BootstrapServers = "b:9092" }));
    }

    [Fact]
    public void Every_problem_is_listed_at_once()
    {
        var options = new KafkaOptions
        {
            GroupId = "",
            SessionTimeoutMs = 10,
            PauseAfterMs = 200_000,
            RevokeDrainMs = 200_000,
            Compression = "brotli",
            Topics = new KafkaTopics { Results = "same", Review = "same", Heads = "no/name", Labels = "" },
        };
        options.Client["enable.auto.commit"] = "true";
        options.Producer["acks"] = "1";
        var problems = KafkaOptionsValidator.Problems(options);
        string[] expected =
        [
            "BootstrapServers", "GroupId", "SessionTimeoutMs", "PauseAfterMs", "RevokeDrainMs", "Compression",
            "Topics:Review: 'same' is already the topic of Results", "Topics:Heads: 'no/name' is not a topic name",
            "Topics:Labels",
            "Client:enable.auto.commit cannot be set here", "Producer:acks cannot be set here",
        ];
        foreach (var part in expected)
            Assert.Contains(problems, problem => problem.StartsWith($"Kafka:{part}", StringComparison.Ordinal));
        Assert.Equal(expected.Length, problems.Count);
    }

    [Theory]
    [InlineData("inbox, ^mail-.*,chat")]
    [InlineData("^mail")]
    public void Several_topics_and_patterns_are_taken(string messages) =>
        Assert.Empty(KafkaOptionsValidator.Problems(With(messages)));

    [Theory]
    [InlineData("", "Kafka:Topics:Messages")]
    [InlineData("inbox,inbox", "'inbox' is already the topic of Messages")]
    [InlineData("inbox,results", "'results' is already the topic of Messages")]
    [InlineData("in box", "'in box' is not a topic name")]
    [InlineData("^mail(", "'^mail(' is not a regular expression")]
    [InlineData("^re.*", "a pattern matches 'results', the topic of Results")]
    public void Topics_that_cannot_be_read_are_refused(string messages, string problem) =>
        Assert.Contains(
            KafkaOptionsValidator.Problems(With(messages)), line => line.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void What_is_included_is_what_is_named_or_matched_from_the_beginning()
    {
        var sources = MessageTopics.Of(new KafkaTopics { Messages = "inbox, ^mail-[a-z]+$" });
        Assert.Equal(["inbox", "^mail-[a-z]+$"], sources.Subscription);
        Assert.True(sources.Includes("inbox") && sources.Includes("mail-de"));
        Assert.False(
            sources.Includes("inbox2") || sources.Includes("mail-2") || sources.Includes("my-mail-de")
            || sources.Matches("inbox"));
    }

    private static KafkaOptions With(string messages) =>
        new() { BootstrapServers = "b:9092", Topics = new KafkaTopics { Messages = messages } };

    [Fact]
    public void The_section_binds_with_the_librdkafka_names_untouched()
    {
        var configuration =
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Kafka:BootstrapServers"] = "a:1,b:2",
                ["Kafka:Delivery"] = "AtLeastOnce",
                ["Kafka:Topics:Messages"] = "inbox",
                ["Kafka:Client:security.protocol"] = "sasl_ssl",
                ["Kafka:Producer:linger.ms"] = "7",
            }).Build();
        var options = configuration.GetRequiredSection(KafkaOptions.Section).Get<KafkaOptions>()!;
        Assert.Equal(DeliveryMode.AtLeastOnce, options.Delivery);
        Assert.Equal("inbox", options.Topics.Messages);
        Assert.Equal("a:1,b:2", ClientConfigs.GroupConsumer(options).BootstrapServers);
        Assert.Equal(SecurityProtocol.SaslSsl, ClientConfigs.GroupConsumer(options).SecurityProtocol);
        Assert.Equal(7, ClientConfigs.Producer(options).LingerMs);
    }

    [Fact]
    public void The_settings_that_carry_the_promise_are_made_whatever_the_mode()
    {
        var options = new KafkaOptions { BootstrapServers = "b:9092", GroupId = "g" };
        var consumer = ClientConfigs.GroupConsumer(options);
        Assert.False(consumer.EnableAutoCommit);
        Assert.Equal(PartitionAssignmentStrategy.CooperativeSticky, consumer.PartitionAssignmentStrategy);
        Assert.Equal(IsolationLevel.ReadCommitted, consumer.IsolationLevel);
        var producer = ClientConfigs.TransactionalProducer(options);
        Assert.Equal(Acks.All, producer.Acks);
        Assert.True(producer.EnableIdempotence);
        Assert.Equal(1, producer.RetryBackoffMs);
        Assert.Equal(Partitioner.Murmur2Random, producer.Partitioner);
        Assert.StartsWith("g-", producer.TransactionalId, StringComparison.Ordinal);
        Assert.Null(ClientConfigs.Producer(options).TransactionalId);
        Assert.Equal(options.TransactionTimeoutMs, producer.ConnectionsMaxIdleMs);
        options.Producer["retry.backoff.ms"] = "50";
        options.Client["connections.max.idle.ms"] = "0";
        producer = ClientConfigs.TransactionalProducer(options);
        Assert.Equal((50, 0), (producer.RetryBackoffMs, producer.ConnectionsMaxIdleMs));
    }
}
