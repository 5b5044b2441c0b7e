using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker.Terminal;

namespace Worker.Reviewing;

/// <summary>Runs the review page as the host's service; when it fails, the process ends with its exit code.</summary>
internal sealed class ReviewService(ReviewLife review, IHostApplicationLifetime host, ILogger<ReviewService> log)
    : BackgroundService
{
    /// <summary>The exit code of the process.</summary>
    public int Code { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host counts as started while the store is still waited for.
        await Task.Yield();
        try
        {
            await review.Run(stoppingToken);
        }
        catch (Exception error)
        {
            Code = ExitCode.Failed;
            if (Failures.IsForeseen(error))
                log.LogCritical("The review page stops: {Reason}", error.Message);
            else
                log.LogCritical(error, "The review page stops on an unexpected error; please report it");
        }
        finally
        {
            host.StopApplication();
        }
    }
}
