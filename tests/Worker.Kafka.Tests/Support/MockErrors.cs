using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Worker.Kafka.Embedded;

namespace Worker.Kafka.Tests.Support;

/// <summary>Makes the next requests of a kind to an embedded broker fail, as librdkafka's mock cluster can.</summary>
internal static partial class MockErrors
{
    private const short FindCoordinator = 10;
    private const short TxnOffsetCommit = 28;

    /// <summary>
    /// The package holds several builds of the client, and Confluent.Kafka decides which of them loads; this uses the
    /// same one.
    /// </summary>
    static MockErrors() => NativeLibrary.SetDllImportResolver(typeof(MockErrors).Assembly, (name, _, _) =>
    {
        if (name != "librdkafka")
            return 0;
        _ = Library.Version;
        using var self = Process.GetCurrentProcess();
        var loaded = self.Modules.Cast<ProcessModule>().Single(module =>
            module.ModuleName.Contains("librdkafka", StringComparison.Ordinal));
        return NativeLibrary.Load(loaded.FileName);
    });

    /// <summary>
    /// The next transaction that sends its offsets finds that the group's coordinator has moved, and for a moment
    /// nobody knows where it is, for longer than the client asks.
    /// </summary>
    public static void LoseCoordinator(this EmbeddedBroker broker)
    {
        broker.Fail(FindCoordinator, [.. Enumerable.Repeat(ErrorCode.GroupCoordinatorNotAvailable, 8)]);
        broker.Fail(TxnOffsetCommit, ErrorCode.NotCoordinatorForGroup);
    }

    /// <summary>They are answered with these errors, one each.</summary>
    /// <param name="api">Kafka's number of the request: 9 asks for committed offsets.</param>
    public static void Fail(this EmbeddedBroker broker, short api, params ErrorCode[] errors)
    {
        var handle = (SafeHandle)typeof(Handle).GetProperty(
            "LibrdkafkaHandle", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(broker.Handle)!;
        var cluster = MockCluster(handle.DangerousGetHandle());
        Assert.NotEqual(0, cluster);
        PushErrors(cluster, api, (nuint)errors.Length, [.. errors.Select(error => (int)error)]);
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_handle_mock_cluster")]
    private static partial nint MockCluster(nint client);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short api, nuint count, int[] errors);
}
