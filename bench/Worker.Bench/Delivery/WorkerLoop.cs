using System.Diagnostics;
using Worker.Hosting;

namespace Worker.Bench.Delivery;

/// <summary>A worker without an encoder on a topic that is full when it starts.</summary>
internal static class WorkerLoop
{
    /// <summary>Messages per second, from its first window to the last committed.</summary>
    public static async Task<double> Run(
        Classifier worker, int messages, CancellationToken stop, Action<long>? progress = null)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = worker.Run(ended.Token);
        var from = 0L;
        while (worker.Meter.Totals.Messages < messages)
        {
            if (running.IsCompleted)
                await running;
            if (from == 0 && worker.Meter.Totals.Read > 0)
                from = Stopwatch.GetTimestamp();
            progress?.Invoke(worker.Meter.Totals.Messages);
            await Task.Delay(2, stop);
        }
        var took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await ended.CancelAsync();
        await running;
        return messages / took;
    }
}
