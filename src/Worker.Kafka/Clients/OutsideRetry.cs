using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Worker.Kafka.Clients;

/// <summary>
/// Tries again, with a jittered back-off, what depends on an outside part that may not be there yet. Only for steps
/// that changed nothing when they failed: never around a window that has been partly published.
/// </summary>
internal sealed partial class OutsideRetry(string what, ILogger logger, TimeProvider clock)
{
    /// <summary>Runs the step until it succeeds, fails for good (<see cref="KafkaFailureException"/>) or is cancelled.</summary>
    public T Run<T>(Func<CancellationToken, T> step, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        var tries = 1;
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(error =>
                    error is not OperationCanceledException and not KafkaFailureException { Action: FailureAction.Stop }),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                MaxRetryAttempts = int.MaxValue,
                OnRetry = retry =>
                {
                    // Once, not once a try: the count comes with the success.
                    if (tries++ == 1)
                        Failing(logger, what, retry.Outcome.Exception!.Message);
                    return default;
                },
            })
            .Build();
        var result = pipeline.Execute(step, stop);
        if (tries > 1)
            Recovered(logger, what, tries, clock.GetElapsedTime(start).TotalSeconds);
        return result;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} failed and is tried again until it succeeds: {Reason}")]
    private static partial void Failing(ILogger logger, string what, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} succeeded after {Tries} tries in {Seconds:F1} s")]
    private static partial void Recovered(ILogger logger, string what, int tries, double seconds);
}
