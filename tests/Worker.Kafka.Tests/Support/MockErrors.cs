using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Worker.Kafka.Embedded;

namespace Worker.Kafka.Tests.Support;

/// <summary>Makes the next requests of a kind to an embedded broker fail, as librdkafka's mock cluster can.</summary>
internal static partial class MockErrors
{
    /// <summary>They are answered with these errors, one each.</summary>
    /// <param name="api">Kafka's number of the request: 9 asks for committed offsets.</param>
    public static void Fail(this EmbeddedBroker broker, short api, params ErrorCode[] errors)
    {
        var handle = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(broker.Handle)!;
        var cluster = MockCluster(handle.DangerousGetHandle());
        Assert.NotEqual(0, cluster);
        PushErrors(cluster, api, (nuint)errors.Length, [.. errors.Select(error => (int)error)]);
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_handle_mock_cluster")]
    private static partial nint MockCluster(nint client);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short api, nuint count, int[] errors);
}
