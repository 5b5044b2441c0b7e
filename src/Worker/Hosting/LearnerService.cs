using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker.Learner;

namespace Worker.Hosting;

/// <summary>The role learn.</summary>
internal sealed class LearnerService(
    LearnerLife learner, IHostApplicationLifetime host, ILogger<LearnerService> log) : RoleService(host, log)
{
    protected override string Ending => "Learning stops";

    protected override Task Run(CancellationToken stop) => learner.Run(stop);
}
