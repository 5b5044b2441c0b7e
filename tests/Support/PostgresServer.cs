using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Worker.Testing;

/// <summary>
/// A real Postgres on a free loopback port, from Debian's package or from the PATH; where there is none, the first use
/// skips the test. As an assembly fixture it starts with the first test that asks. Tests keep apart by databases.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private readonly Lock gate = new();
    private readonly TemporaryFolder folder = Repository.Temporary();
    private int port;
    private int databases;
    private bool isRunning;

    /// <summary>The name of a fresh, empty database's connection string.</summary>
    public string NewDatabase()
    {
        lock (gate)
        {
            if (!isRunning)
                Start();
            var name = $"test_{++databases}";
            Run("createdb", "-h", "127.0.0.1", "-p", $"{port}", "-U", "worker", name);
            return $"Host=127.0.0.1;Port={port};Username=worker;Database={name};Timeout=5;Pooling=true";
        }
    }

    /// <summary>Starts it, with the data it had; returns once it answers.</summary>
    public void Start()
    {
        if (port == 0)
            Prepare();
        Run("pg_ctl", "-D", folder.File("data"), "-l", folder.File("log"), "-w", "-t", "60", "start");
        isRunning = true;
    }

    /// <summary>SIGKILL to the server and so to all that serve it.</summary>
    public void Kill()
    {
        var id = int.Parse(File.ReadLines(folder.File("data/postmaster.pid")).First());
        using var postmaster = Process.GetProcessById(id);
        postmaster.Kill();
        postmaster.WaitForExit();
        isRunning = false;
    }

    public void Dispose()
    {
        if (isRunning)
            Run("pg_ctl", "-D", folder.File("data"), "-m", "immediate", "-w", "stop");
        folder.Dispose();
    }

    private void Prepare()
    {
        Assert.SkipUnless(Programs is not null, "needs Postgres: install it, e.g. apt-get install postgresql");
        port = FreePort();
        if (IsRoot)
            // The server refuses to run as root.
            Start("chown", "postgres", folder.Path);
        Run("initdb", "-D", folder.File("data"), "-U", "worker", "-A", "trust", "--no-sync");
        // What a killed process wrote is with the kernel: only a power failure would need the disk's word.
        var settings = string.Join('\n', "listen_addresses = '127.0.0.1'", $"port = {port}",
            $"unix_socket_directories = '{folder.Path}'", "fsync = off", "");
        File.AppendAllText(folder.File("data/postgresql.conf"), settings);
    }

    /// <summary>The newest version's programs; null when there is none.</summary>
    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(version =>
            Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    private static bool IsRoot => Environment.UserName == "root";

    private void Run(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        if (IsRoot)
            Start("runuser", ["-u", "postgres", "--", path, .. arguments]);
        else
            Start(path, arguments);
    }

    private void Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.Path,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}" +
            (File.Exists(folder.File("log")) ? File.ReadAllText(folder.File("log")) : ""));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
