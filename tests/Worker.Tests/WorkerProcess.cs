using System.Diagnostics;
using System.Text;

namespace Worker.Tests;

/// <summary>The executable as a user runs it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    private WorkerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => Read(output);

    public string Errors => Read(errors);

    public bool HasExited => process.HasExited;

    /// <summary>Its current resident memory.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public static WorkerProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <param name="environment">Variables in addition to this process's own.</param>
    public static WorkerProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "worker.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static (int Code, string Output, string Errors) Run(string input, params string[] arguments) =>
        Run(new Dictionary<string, string>(), input, arguments);

    /// <inheritdoc cref="Run(string, string[])"/>
    /// <param name="environment">Variables in addition to this process's own.</param>
    public static (int Code, string Output, string Errors) Run(
        IReadOnlyDictionary<string, string> environment, string input, params string[] arguments)
    {
        using var worker = Start(environment, arguments);
        worker.process.StandardInput.Write(input);
        worker.process.StandardInput.Close();
        return (worker.WaitForExit(TimeSpan.FromSeconds(120)), worker.Output, worker.Errors);
    }

    /// <summary>Types something and continues.</summary>
    public async Task Send(string input)
    {
        await process.StandardInput.WriteAsync(input);
        await process.StandardInput.FlushAsync();
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGSTOP: it does nothing more until <see cref="Resume"/>, and does not know that time passes.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal("CONT");

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public int WaitForExit(TimeSpan patience)
    {
        if (!process.WaitForExit(patience))
        {
            process.Kill();
            throw new TimeoutException($"the worker did not end within {patience}; it said:\n{Output}\n{Errors}");
        }
        process.WaitForExit(); // and its output has been read
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
            if (line is not null)
                text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
