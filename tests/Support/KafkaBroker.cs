using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Testcontainers.Kafka;

namespace Worker.Testing;

/// <summary>
/// A real Kafka of one node on free loopback ports, run by this machine's Java from the jars of <c>KAFKA_HOME/libs</c>
/// or <c>../shared/kafka/libs</c>; if neither is there, the first use skips the test. As an assembly fixture it serves
/// every test, and starts with the first that asks for <see cref="BootstrapServers"/>. Tests are separated by topic and
/// group names.
/// </summary>
public sealed class KafkaBroker : IDisposable
{
    /// <summary>The same Kafka as in ../shared/kafka.</summary>
    private const string Image = "apache/kafka:4.3.0";

    private readonly Lock gate = new();
    private readonly TemporaryFolder folder = Repository.Temporary();
    private int port;
    private Process? process;

    /// <summary>Further lines of server.properties.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Where it keeps its data; a folder of its own if none is given.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Where it listens; starts it if it does not run yet.</summary>
    public string BootstrapServers
    {
        get
        {
            lock (gate)
            {
                if (Home is null)
                    return Container();
                if (process is null)
                    Start();
                return $"127.0.0.1:{port}";
            }
        }
    }

    /// <summary>If there is no Kafka next to the checkout but a container engine runs: one in a container.</summary>
    private string Container()
    {
        if (container is null)
        {
            try
            {
                var built = Pairs(Behaviour).Aggregate(new KafkaBuilder(Image), (builder, setting) =>
                    builder.WithEnvironment(
                        "KAFKA_" + setting[0].ToUpperInvariant().Replace('.', '_'), setting[1])).Build();
                built.StartAsync().GetAwaiter().GetResult();
                container = built;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                Assert.Skip(
                    "needs a Kafka: KAFKA_HOME, ../shared/kafka beside this checkout, or a container engine " +
                    $"({error.Message})");
            }
        }
        return container.GetBootstrapAddress();
    }

    private static IEnumerable<string[]> Pairs(string settings) => settings
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split('=', 2));

    private KafkaContainer? container;

    /// <summary>Differences from Kafka's defaults, wherever it runs: short times, one copy.</summary>
    private string Behaviour => $"""
        num.partitions=3
        auto.create.topics.enable=false
        offsets.topic.num.partitions=2
        offsets.topic.replication.factor=1
        transaction.state.log.num.partitions=2
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=1000
        group.consumer.min.session.timeout.ms=1000
        group.consumer.session.timeout.ms=3000
        group.consumer.min.heartbeat.interval.ms=200
        group.consumer.heartbeat.interval.ms=300
        transaction.abort.timed.out.transaction.cleanup.interval.ms=500
        {Settings}
        """;

    /// <summary>Chooses the ports and formats the data folder without starting; returns where it will listen.</summary>
    public string Prepare()
    {
        if (port != 0)
            return $"127.0.0.1:{port}";
        Assert.SkipUnless(Home is not null, "needs a Kafka: KAFKA_HOME, or ../shared/kafka beside this checkout");
        port = FreePorts(2);
        File.WriteAllText(folder.File("server.properties"), $"""
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:{port + 1}
            listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}
            advertised.listeners=PLAINTEXT://127.0.0.1:{port}
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
            log.dirs={DataFolder ?? folder.File("data")}
            {Behaviour}
            """);
        using var format = Java(
            "kafka.tools.StorageTool", "format", "-t", NewClusterId(), "-c", folder.File("server.properties"));
        format.WaitForExit();
        Assert.True(format.ExitCode == 0, $"kafka.tools.StorageTool failed: {Log()}");
        return $"127.0.0.1:{port}";
    }

    /// <summary>Starts it, with the data it had; returns once it listens.</summary>
    public void Start()
    {
        Prepare();
        process = Java("kafka.Kafka", folder.File("server.properties"));
        var patience = Stopwatch.StartNew();
        while (!Listens(port))
        {
            Assert.False(process.HasExited, $"Kafka ended at once: {Log()}");
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(3), $"Kafka does not listen after 3 minutes: {Log()}");
            process.WaitForExit(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>SIGSTOP: it listens but does not answer, until <see cref="Resume"/>.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Whether it ended by itself within a time.</summary>
    public bool Dies(TimeSpan within) => process!.WaitForExit(within);

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        NeedsProcess();
        End();
    }

    private void End()
    {
        process?.Kill(entireProcessTree: true);
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    public void Dispose()
    {
        End();
        container?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Dispose();
    }

    internal static string? Home
    {
        get
        {
            string?[] candidates =
            [
                Environment.GetEnvironmentVariable("KAFKA_HOME"),
                Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared", "kafka"),
            ];
            return Array.Find(candidates, home => home is not null && Directory.Exists(Path.Combine(home, "libs")));
        }
    }

    private void NeedsProcess() =>
        Assert.SkipUnless(
            container is null, "breaks a Kafka of its own: KAFKA_HOME, or ../shared/kafka beside this checkout");

    private void Signal(string name)
    {
        NeedsProcess();
        // The shell that was started has become Java.
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {process!.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private Process Java(params string[] arguments) => Java(folder, arguments);

    /// <summary>Runs a class of the jars; its output goes to kafka.log in the folder.</summary>
    internal static Process Java(TemporaryFolder folder, params string[] arguments)
    {
        // The shell only sends the output to a file, so nobody has to read it.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "log=$1; shift; exec java \"$@\" >>\"$log\" 2>&1", "sh", folder.File("kafka.log"),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms96m", "-Xmx384m", "-cp", Path.Combine(
                    Home!, "libs", "*"),
            },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private string Log()
    {
        var path = folder.File("kafka.log");
        return File.Exists(path) ? string.Join('\n', File.ReadAllLines(path).TakeLast(20)) : "no output";
    }

    internal static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// The first of a number of free ports in a row, below the range that the system hands out. In that range a client
    /// that looks for a broker that is not started yet would sometimes take the port, or connect to itself.
    /// </summary>
    internal static int FreePorts(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(20_000, 32_000);
            var taken = new List<TcpListener>();
            try
            {
                for (var i = 0; i < count; i++)
                {
                    var listener = new TcpListener(IPAddress.Loopback, first + i);
                    listener.Start();
                    taken.Add(listener);
                }
                return first;
            }
            catch (SocketException)
            {
                // One is in use, so try elsewhere.
            }
            finally
            {
                taken.ForEach(listener => listener.Dispose());
            }
        }
    }

    internal static string NewClusterId()
    {
        Span<byte> id = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(id);
        // A leading dash would look like an option.
        return "A" + Convert.ToBase64String(id).Replace('+', '-').Replace('/', '_')[1..22];
    }
}
