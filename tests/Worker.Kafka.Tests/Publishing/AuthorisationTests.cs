using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>Permissions that are withdrawn while the worker runs: it stops and names what to grant.</summary>
public sealed class AuthorisationTests
{
    [Fact]
    public async Task A_permission_withdrawn_in_the_middle_stops_the_worker_with_a_clear_message()
    {
        using var broker = new KafkaBroker
        {
            Settings = """
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                allow.everyone.if.no.acl.found=true
                """,
        };
        await Withdrawn(broker, ResourceType.Topic, AclOperation.Read, DeliveryMode.ExactlyOnce,
            options => options.Topics.Messages, "READ");
        await Withdrawn(broker, ResourceType.Topic, AclOperation.Write, DeliveryMode.ExactlyOnce,
            options => options.Topics.Results, "WRITE");
        await Withdrawn(broker, ResourceType.Topic, AclOperation.Write, DeliveryMode.AtLeastOnce,
            options => options.Topics.Results, "WRITE");
        await Withdrawn(broker, ResourceType.Group, AclOperation.Read, DeliveryMode.ExactlyOnce,
            options => options.GroupId, "READ");
    }

    private static async Task Withdrawn(
        KafkaBroker broker, ResourceType type, AclOperation operation, DeliveryMode mode,
        Func<KafkaOptions, string> name, string grant)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        using var worker = new EchoWorker(options);
        stage.Feed(0, 100);
        await Eventually.True(() => worker.Published == 100, "100 published");

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = stage.BootstrapServers })
            .Build();
        await admin.CreateAclsAsync(
        [
            new AclBinding
            {
                Pattern = new ResourcePattern
                {
                    Type = type,
                    Name = name(options),
                    ResourcePatternType = ResourcePatternType.Literal,
                },
                Entry = new AccessControlEntry
                {
                    Principal = "User:ANONYMOUS",
                    Host = "*",
                    Operation = operation,
                    PermissionType = AclPermissionType.Deny,
                },
            },
        ]);
        stage.Feed(100, 100);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() =>
            worker.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal((KafkaFailure.Unauthorised, FailureAction.Stop), (failure.Failure, failure.Action));
        Assert.Contains(name(options), failure.Message, StringComparison.Ordinal);
        Assert.Contains(grant, failure.Message, StringComparison.Ordinal);
    }
}
