using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Worker.Kafka.Clients;

/// <summary>
/// Retries steps that depend on an outside part that may not be there yet, with jittered back-off. After several
/// failures in a row it waits at least <see cref="Rest"/> each time. Only for steps that change nothing when they fail,
/// so never around a window that has been partly published.
/// </summary>
internal sealed partial class OutsideRetry
{
    /// <summary>After this many failures in a row the back-off is at least <see cref="Rest"/>.</summary>
    private const int Patience = 5;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    private readonly string what;
    private readonly ILogger logger;
    private readonly TimeProvider clock;
    private readonly OutageLog? outages;
    private readonly ResiliencePipeline pipeline;
    private string lastReason = "";
    private int tries;

    /// <param name="outages">In an outage its lines are Debug.</param>
    public OutsideRetry(string what, ILogger logger, TimeProvider clock, OutageLog? outages = null)
    {
        (this.what, this.logger, this.clock, this.outages) = (what, logger, clock, outages);
        var mendable = new PredicateBuilder().Handle<Exception>(error =>
            error is not OperationCanceledException and not KafkaFailureException { Action: FailureAction.Stop });
        pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = mendable,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = LongestRest,
                MaxRetryAttempts = int.MaxValue,
                // Attempts count from 0; null leaves the delay to the back-off.
                DelayGenerator = retry => new ValueTask<TimeSpan?>(
                    retry.AttemptNumber + 1 < Patience
                        ? null
                        : Rest + (LongestRest - Rest) * Random.Shared.NextDouble()),
                OnRetry = retry =>
                {
                    // Logged once, not for each try; the line about the success has the count.
                    if (tries == 1)
                    {
                        var reason = lastReason;
                        Say(LogLevel.Warning, level => Failing(this.logger, level, this.what, reason));
                    }
                    return default;
                },
            })
            .Build();
    }

    /// <summary>
    /// Runs the step until it succeeds, fails permanently (<see cref="KafkaFailureException"/>) or is cancelled. One
    /// caller at a time.
    /// </summary>
    public T Run<T>(Func<CancellationToken, T> step, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        tries = 0;
        var result = pipeline.Execute(
            token =>
            {
                tries++;
                try
                {
                    return step(token);
                }
                catch (Exception error)
                {
                    lastReason = error.Message;
                    throw;
                }
            },
            stop);
        if (tries > 1)
        {
            var (count, seconds) = (tries, clock.GetElapsedTime(start).TotalSeconds);
            Say(LogLevel.Information, level => Recovered(logger, level, what, count, seconds));
        }
        return result;
    }

    private void Say(LogLevel level, Action<LogLevel> write) => OutageLog.Say(outages, level, write);

    [LoggerMessage(Message = "{What} failed and is tried again until it succeeds: {Reason}")]
    private static partial void Failing(ILogger logger, LogLevel level, string what, string reason);

    [LoggerMessage(Message = "{What} succeeded after {Tries} tries in {Seconds:F1} s")]
    private static partial void Recovered(ILogger logger, LogLevel level, string what, int tries, double seconds);
}
