using System.Globalization;

namespace Worker.Tests.Hosting;

/// <summary>The executable, told to stop before it has started: an orchestrator does that when it changes its mind.</summary>
public sealed class EarlyStopTests(TinyModel model)
{
    private const int Sigterm = 15;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(1_000)]
    public async Task A_worker_that_is_stopped_while_it_starts_ends_in_order(int afterMs)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var worker = WorkerProcess.Start("run", "--Kafka:BootstrapServers=127.0.0.1:9", $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Health:Port=0");
        var deadline = Environment.TickCount64 + 30_000;
        while (!Handles(worker.Id, Sigterm))
        {
            Assert.True(Environment.TickCount64 < deadline, "no handler for SIGTERM");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        await Task.Delay(afterMs, TestContext.Current.CancellationToken);
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
    }

    private static bool Handles(int process, int signal)
    {
        var caught = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("SigCgt:", StringComparison.Ordinal))["SigCgt:".Length..].Trim();
        return (ulong.Parse(caught, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) == 1;
    }
}
