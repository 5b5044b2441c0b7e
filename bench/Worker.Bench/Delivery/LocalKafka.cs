using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Worker.Terminal;

namespace Worker.Bench.Delivery;

/// <summary>
/// A real Kafka for the length of a measurement: one that already runs, or the kit next to the checkout, started on
/// free ports.
/// </summary>
internal sealed class LocalKafka : IDisposable
{
    private readonly string? ownKit;
    private readonly string? ownFolder;

    private LocalKafka(string bootstrapServers, string? kit, string? folder)
    {
        BootstrapServers = bootstrapServers;
        ownKit = kit;
        ownFolder = folder;
    }

    /// <summary>Brokers, host:port, comma separated.</summary>
    public string BootstrapServers { get; }

    /// <param name="bootstrap">Brokers that already run, or null to start some.</param>
    /// <param name="nodes">How many to start.</param>
    /// <exception cref="UserError">There is none to start, or it does not start.</exception>
    public static LocalKafka Open(string? bootstrap, int nodes)
    {
        if (bootstrap is not null)
            return new LocalKafka(bootstrap, null, null);
        var kit = Path.GetFullPath(Path.Combine("..", "shared", "kafka", "kafka"));
        if (!File.Exists(kit))
            throw new UserError("this benchmark needs a real Kafka: name one with --bootstrap HOST:PORT");
        var folder = Directory.CreateTempSubdirectory("bench-kafka-").FullName;
        var port = FreePort();
        if (Run(kit, "up", folder, "--nodes", $"{nodes}", "--port", $"{port}") != 0)
            throw new UserError($"the Kafka kit did not start: see {folder}/1.log");
        return new LocalKafka(
            string.Join(',', Enumerable.Range(0, nodes).Select(n => $"127.0.0.1:{port + 10 * n}")), kit, folder);
    }

    public void Dispose()
    {
        if (ownKit is not null)
            _ = Run(ownKit, "down", ownFolder!);
    }

    private static int Run(string kit, params string[] arguments)
    {
        // The brokers inherit the output, so it must not be a pipe that somebody waits for.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1", "sh", kit },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
