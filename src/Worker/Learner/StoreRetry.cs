using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Worker.Store.Database;

namespace Worker.Learner;

/// <summary>
/// Calls the store again, with a jittered back-off, while it is away. Every call that it is given may be made twice.
/// Any thread.
/// </summary>
internal sealed partial class StoreRetry
{
    private readonly ResiliencePipeline pipeline;
    private readonly ILogger log;
    private int away;

    public StoreRetry(ILogger log, TimeProvider clock)
    {
        this.log = log;
        pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<StoreAwayException>(),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            MaxRetryAttempts = int.MaxValue,
            OnRetry = retry =>
            {
                // Several threads see the same outage: it is said once.
                if (Interlocked.Exchange(ref away, 1) == 0)
                    Away(log, retry.Outcome.Exception!.Message);
                return default;
            },
        }).Build();
    }

    /// <summary>Runs a call until the store answers it.</summary>
    /// <exception cref="StoreException">It refuses for good.</exception>
    public T Run<T>(Func<T> call, CancellationToken stop)
    {
        var result = pipeline.Execute(_ => call(), stop);
        if (Interlocked.Exchange(ref away, 0) == 1)
            Back(log);
        return result;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Waiting for the store, and nothing is lost meanwhile: {Reason}")]
    private static partial void Away(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store answers again")]
    private static partial void Back(ILogger log);
}
