using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Worker.Faults.Tests.Scenario;
using Worker.Faults.Tests.Workers;

namespace Worker.Faults.Tests.Cluster;

/// <summary>
/// Three real brokers on this machine, started by the script next to the checkout; data in a separate folder.
/// </summary>
internal sealed class KafkaCluster : IAsyncDisposable
{
    /// <summary>Broker n listens on Port + 10 n, its controller on the port above.</summary>
    private const int PortStep = 10;

    private readonly string folder;

    private KafkaCluster(string folder, string bootstrapServers)
    {
        this.folder = folder;
        BootstrapServers = bootstrapServers;
    }

    public string BootstrapServers { get; }

    /// <summary>
    /// Whether the brokers' logs and partitions stay when they end; after a failed run they are the evidence.
    /// </summary>
    public bool KeepsData { get; set; } = true;

    /// <summary>The script, or null if it is not next to the checkout.</summary>
    public static string? Script
    {
        get
        {
            var path = Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared", "kafka", "kafka");
            return File.Exists(path) ? path : null;
        }
    }

    /// <param name="extra">Lines for every broker's properties, such as a group protocol's session timeout.</param>
    public static async Task<KafkaCluster> Start(string folder, IReadOnlyList<string> extra)
    {
        var port = FreePorts();
        string bootstrap;
        try
        {
            bootstrap = await Kafka("up", folder, "--nodes", $"{FaultSchedule.Brokers}", "--port", $"{port}");
        }
        catch
        {
            await Kafka("down", folder);
            throw;
        }
        var cluster = new KafkaCluster(folder, bootstrap.Trim().Split('\n')[^1]);
        if (extra.Count > 0)
        {
            // The script writes the properties itself, so additions count from the next start.
            for (var broker = 0; broker < FaultSchedule.Brokers; broker++)
            {
                await File.AppendAllLinesAsync(Path.Combine(folder, $"{broker + 1}.properties"), extra);
                await cluster.Kill(broker);
            }
            await Task.WhenAll(Enumerable.Range(0, FaultSchedule.Brokers).Select(cluster.Start));
        }
        return cluster;
    }

    public Task Kill(int broker) => Kafka("kill", folder, Node(broker));

    public Task Stop(int broker) => Kafka("stop", folder, Node(broker));

    public Task Start(int broker) => Kafka("start", folder, Node(broker));

    public void Freeze(int broker) => Signals.Send(Pid(broker), Signal.Stop);

    public void Continue(int broker) => Signals.Send(Pid(broker), Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        for (var broker = 0; broker < FaultSchedule.Brokers; broker++)
        {
            Continue(broker);
            if (KeepsData)
                Signals.Send(Pid(broker), Signal.Kill);
        }
        if (!KeepsData)
            await Kafka("down", folder);
    }

    private static string Node(int broker) => $"{broker + 1}";

    /// <summary>The first segment of a partition's log, as this broker has it.</summary>
    public FileInfo Segment(int broker, string topic, int partition) =>
        new(Path.Combine(folder, $"data{Node(broker)}", $"{topic}-{partition}", "00000000000000000000.log"));

    private int Pid(int broker) =>
        int.Parse(File.ReadAllText(Path.Combine(folder, $"{Node(broker)}.pid")).Trim(), CultureInfo.InvariantCulture);

    private static async Task<string> Kafka(params string[] arguments)
    {
        var output = Path.GetTempFileName();
        try
        {
            // To a file and not a pipe, because the brokers that the script starts would keep a pipe open.
            using var process = Process.Start(
                new ProcessStartInfo(
                    "/bin/sh", ["-c", "out=$1; shift; exec setsid bash \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output,
                    Script!, .. arguments]))!;
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(180));
            await process.WaitForExitAsync(deadline.Token);
            var said = await File.ReadAllTextAsync(output);
            return process.ExitCode == 0
                ? said
                : throw new InvalidOperationException(
                    $"kafka {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>
    /// A first port such that all ports of the brokers are free; below the range that systems give to outgoing
    /// connections.
    /// </summary>
    private static int FreePorts()
    {
        while (true)
        {
            var port = 23_000 + 5 * Random.Shared.Next(170);
            if (Enumerable.Range(0, FaultSchedule.Brokers).All(broker =>
                IsFree(port + PortStep * broker) && IsFree(port + PortStep * broker + 1)))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
