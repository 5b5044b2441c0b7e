using System.Diagnostics;

namespace Worker.Faults.Tests.Workers;

/// <summary>One life of a worker: the built executable, its output in a file.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;

    public WorkerProcess(string log, IEnumerable<string> settings)
    {
        Log = log;
        // The shell becomes the worker, so its process id is the worker's. It has its own session, so that Ctrl-C at
        // the terminal ends the test and not the workers.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
                { "-c", "log=$1; shift; exec setsid dotnet \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, Path.Combine(
                    AppContext.BaseDirectory, "worker.dll"), "run" },
            WorkingDirectory = Path.GetDirectoryName(log),
        };
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);
        process = Process.Start(start)!;
    }

    public string Log { get; }

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public bool Send(Signal signal) => !process.HasExited && Signals.Send(process.Id, signal);

    /// <summary>Whether it got as far as writing a first line.</summary>
    public bool HasSpoken => new FileInfo(Log) is { Exists: true, Length: > 0 };

    public async Task<bool> WaitForExit(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async Task Kill()
    {
        Send(Signal.Kill);
        await process.WaitForExitAsync();
    }

    /// <summary>Why it ended, in its own words: its last line above a warning.</summary>
    public string LastWords()
    {
        if (!HasSpoken)
            return "nothing";
        var lines = File.ReadLines(Log).Where(
            line => line.Contains(" crit: ", StringComparison.Ordinal)
            || line.StartsWith("error:", StringComparison.Ordinal)
            || line.Contains("Unhandled", StringComparison.Ordinal)).ToList();
        return lines.Count == 0 ? "nothing" : lines[^1];
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Send(Signal.Kill);
            process.WaitForExit();
        }
        process.Dispose();
    }
}
