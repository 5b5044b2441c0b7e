using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker.Hosting;

namespace Worker.Reviewing;

/// <summary>The role review.</summary>
internal sealed class ReviewService(
    ReviewLife review, IHostApplicationLifetime host, ILogger<ReviewService> log) : RoleService(host, log)
{
    protected override string Ending => "The review page stops";

    protected override Task Run(CancellationToken stop) => review.Run(stop);
}
