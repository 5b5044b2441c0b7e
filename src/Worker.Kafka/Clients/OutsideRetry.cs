using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Worker.Kafka.Clients;

/// <summary>
/// Tries again, with a jittered back-off, what depends on an outside part that may not be there yet; after several
/// failures in a row the part is left alone for at least <see cref="Rest"/> each time. Only for steps that changed
/// nothing when they failed: never around a window that has been partly published.
/// </summary>
internal sealed partial class OutsideRetry
{
    /// <summary>Failures in a row from which on the back-off is at least <see cref="Rest"/>.</summary>
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
                    // Once, not once a try: the count comes with the success.
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
    /// Runs the step until it succeeds, fails for good (<see cref="KafkaFailureException"/>) or is cancelled. One
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
