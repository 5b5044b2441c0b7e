using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Worker.Kafka.Clients;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>The role classify.</summary>
internal sealed class ClassifierService(
    Classifier classifier, IHostApplicationLifetime host,
    IOptions<HostOptions> limits, ILogger<ClassifierService> log) : RoleService(host, log)
{
    protected override string Ending => "Stopping";

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

    protected override Task Run(CancellationToken stop) => classifier.Run(stop);

    protected override int CodeOf(Exception error) =>
        error is KafkaFailureException { Failure: KafkaFailure.Fenced } ? ExitCode.Fenced : ExitCode.Failed;
}
