using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker.Learner;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>Runs the learner as the host's service; when it fails, the process ends with its exit code.</summary>
internal sealed class LearnerService(LearnerLife learner, IHostApplicationLifetime host, ILogger<LearnerService> log)
    : BackgroundService
{
    /// <summary>What the process is to end with.</summary>
    public int Code { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host counts as started while the store and the topics are still waited for.
        await Task.Yield();
        try
        {
            await learner.Run(stoppingToken);
        }
        catch (Exception error)
        {
            Code = ExitCode.Failed;
            if (Failures.IsForeseen(error))
                log.LogCritical("Learning stops: {Reason}", error.Message);
            else
                log.LogCritical(error, "Learning stops on an error nobody foresaw; please report it");
        }
        finally
        {
            host.StopApplication();
        }
    }
}
