using Microsoft.Extensions.Logging;
using Worker.Telemetry;

namespace Worker.Pipeline;

/// <summary>Writes one line for each minute in which something was done.</summary>
internal sealed partial class ProgressLog(PipelineMeter meter, PartitionLags lags, ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Runs until stopped.</summary>
    public async Task Run(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, clock);
        var (before, since) = (meter.Totals, clock.GetTimestamp());
        while (await timer.WaitForNextTickAsync(stop))
        {
            var (now, took) = (meter.Totals, clock.GetElapsedTime(since));
            if (now.Messages > before.Messages || now.DeadLetters > before.DeadLetters)
                Progress(log, now.Messages - before.Messages, (now.Messages - before.Messages) / took.TotalSeconds,
                    lags.Messages().Sum(lag =>
                        lag.Value), now.Reviews - before.Reviews, now.DeadLetters - before.DeadLetters);
            (before, since) = (now, clock.GetTimestamp());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message =
        "{Messages} messages in the last minute ({Rate:F0}/s), {Lag} behind, {Reviews} to people, {DeadLetters} dead " +
        "letters")]
    private static partial void Progress(
        ILogger log, long messages, double rate, long lag, long reviews, long deadLetters);
}
