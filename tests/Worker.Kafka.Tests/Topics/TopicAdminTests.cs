using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Topics;

public sealed class TopicAdminTests(KafkaBroker broker)
{
    [Fact]
    public async Task Every_missing_topic_is_named_with_what_to_do()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var topics = stage.Options().Topics;
        using var admin = new TopicAdmin(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        admin.Require([topics.Messages, topics.Results], TestContext.Current.CancellationToken);
        var failure = Assert.Throws<KafkaFailureException>(() =>
            admin.Require([topics.Messages, topics.Review, topics.Labels], TestContext.Current.CancellationToken));
        Assert.Equal((KafkaFailure.TopicMissing, FailureAction.Stop), (failure.Failure, failure.Action));
        Assert.StartsWith(
            $"topic '{topics.Review}', '{topics.Labels}' does not exist", failure.Message, StringComparison.Ordinal);
        Assert.Contains("create it or allow auto-creation", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Creating_names_what_was_there_and_what_is_refused()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var topics = stage.Options().Topics;
        using var admin = new TopicAdmin(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        Assert.Equal([topics.Messages], await admin.CreateAsync([new(topics.Messages), new(topics.Labels, 2)]));
        Assert.Equal(2, admin.Partitions([topics.Labels], TestContext.Current.CancellationToken)[topics.Labels]);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() =>
            admin.CreateAsync([new(topics.Review, ReplicationFactor: 3)]));
        Assert.Contains(topics.Review, failure.Message, StringComparison.Ordinal);
        Assert.Contains("there are not that many brokers", failure.Message, StringComparison.Ordinal);
        Assert.Contains("what to do: ask for fewer copies with --replicas", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broker_that_does_not_answer_is_said_with_what_to_do()
    {
        using var admin = new TopicAdmin(
            Stage.Bare("127.0.0.1:1").Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var failure = Assert.Throws<KafkaFailureException>(admin.Reach);
        Assert.StartsWith("no broker answers at 127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("what to do: start the brokers", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Local:", failure.Message, StringComparison.Ordinal);
    }
}
