using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Support;

/// <summary>librdkafka's mock cluster again, of which a test can ask that the next requests of a kind fail.</summary>
internal sealed partial class FailingBroker : IDisposable
{
    private readonly IProducer<Null, Null> host;

    public FailingBroker()
    {
        var config = new ProducerConfig();
        config.Set("test.mock.num.brokers", "1");
        host = new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(host.Handle).Build();
        var broker = Assert.Single(admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers);
        Options = new()
        {
            BootstrapServers = $"{broker.Host}:{broker.Port}",
            GroupId = "failing",
            Delivery = DeliveryMode.AtLeastOnce,
            AskTopicLimits = false,
            Consumer = { new("fetch.wait.max.ms", "10") },
        };
        foreach (var topic in (string[])[Options.Topics.Messages, Options.Topics.Results])
            admin.GetMetadata(topic, TimeSpan.FromSeconds(10));
    }

    public KafkaOptions Options { get; }

    /// <summary>The next requests of a kind are answered with these errors, one each.</summary>
    /// <param name="api">Kafka's number of the request: 9 asks for committed offsets.</param>
    public void Fail(short api, params ErrorCode[] errors)
    {
        var handle = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(host.Handle)!;
        var cluster = MockCluster(handle.DangerousGetHandle());
        Assert.NotEqual(0, cluster);
        PushErrors(cluster, api, (nuint)errors.Length, [.. errors.Select(error => (int)error)]);
    }

    public void Dispose() => host.Dispose();

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_handle_mock_cluster")]
    private static partial nint MockCluster(nint client);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short api, nuint count, int[] errors);
}
