using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Worker.Kafka.Clients;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>Runs the classifier as the host's service; when it fails, the process ends with its exit code.</summary>
internal sealed class ClassifierService(
    Classifier classifier, IHostApplicationLifetime host,
    IOptions<HostOptions> limits, ILogger<ClassifierService> log) : BackgroundService
{
    /// <summary>The exit code of the process.</summary>
    public int Code { get; private set; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (ExecuteTask is not { IsCompleted: false })
            return;
        Code = ExitCode.Failed;
        log.LogCritical(
            "Not stopped within {Seconds:F0} s (Shutdown:HostSeconds), and ending anyway: the next owner of the " +
            "partitions reads again what is not committed",
            limits.Value.ShutdownTimeout.TotalSeconds);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host already counts as started while this waits for topics and heads.
        await Task.Yield();
        try
        {
            await classifier.Run(stoppingToken);
        }
        catch (Exception error)
        {
            Code = error is KafkaFailureException { Failure: KafkaFailure.Fenced } ? ExitCode.Fenced : ExitCode.Failed;
            if (Failures.IsForeseen(error))
                log.LogCritical("Stopping: {Reason}", error.Message);
            else
                log.LogCritical(error, "Stopping because of an unexpected error; please report it");
        }
        finally
        {
            host.StopApplication();
        }
    }
}
