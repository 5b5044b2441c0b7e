namespace Worker.Tests.Hosting;

/// <summary>
/// The executable, told to stop before it has started, as an orchestrator does when its plan changes.
/// </summary>
public sealed class EarlyStopTests(TinyModel model)
{
    /// <summary>The runtime's own exit code if SIGTERM comes before any of the worker's code.</summary>
    private const int Terminated = 143;

    [Theory]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(600)]
    [InlineData(1_000)]
    [InlineData(2_000)]
    public async Task A_worker_that_is_stopped_while_it_starts_ends_in_order(int afterMs)
    {
        using var worker = WorkerProcess.Start("run", "--Kafka:BootstrapServers=127.0.0.1:9",
            $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Health:Port=0");
        await Task.Delay(afterMs, TestContext.Current.CancellationToken);
        worker.Terminate();
        Assert.Contains(worker.WaitForExit(TimeSpan.FromSeconds(60)), (int[])[0, Terminated]);
        Assert.Empty(worker.Errors);
    }
}
