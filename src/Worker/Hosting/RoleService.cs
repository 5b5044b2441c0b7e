using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>Runs one role as the host's service; when it fails, the process ends with its exit code.</summary>
/// <param name="host">Stopped when the role ends.</param>
/// <param name="log">For why it ended.</param>
internal abstract class RoleService(IHostApplicationLifetime host, ILogger log) : BackgroundService
{
    /// <summary>The exit code of the process.</summary>
    public int Code { get; protected set; }

    /// <summary>What ends when it fails, as the beginning of a sentence.</summary>
    protected abstract string Ending { get; }

    /// <summary>Runs until stopped.</summary>
    protected abstract Task Run(CancellationToken stop);

    /// <summary>The exit code for a failure.</summary>
    protected virtual int CodeOf(Exception error) => ExitCode.Failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host already counts as started while this waits for topics, heads or the store.
        await Task.Yield();
        try
        {
            await Run(stoppingToken);
        }
        catch (Exception error)
        {
            Code = CodeOf(error);
            if (Failures.IsForeseen(error))
                log.LogCritical("{Ending}: {Reason}", Ending, error.Message);
            else
                log.LogCritical(error, "{Ending} because of an unexpected error; please report it", Ending);
        }
        finally
        {
            host.StopApplication();
        }
    }
}
