using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Worker.Core.Health;
using Worker.Telemetry;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>
/// GET /ping: 200 if the process lives and no stage is stuck, else 503 and which one is. GET /ready: 200 if it
/// classifies, else 503 and what it waits for. GET /metrics: Prometheus' text format.
/// </summary>
/// <param name="options">Where.</param>
/// <param name="roles">One for each role: the first one says whether the worker is ready.</param>
/// <param name="log">For its lines.</param>
internal sealed partial class HealthServer(
    HealthSection options, IReadOnlyList<WorkerHealth> roles, ILogger<HealthServer> log)
    : IHostedService, IAsyncDisposable
{
    private volatile string? lastStuck;
    private WebApplication? server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Port == 0)
            return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(options.Port));
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddWorker().AddPrometheusExporter());
        server = builder.Build();
        server.MapPrometheusScrapingEndpoint("/metrics");
        server.MapGet("/ping", () => Stuck() is { } what
            ? Results.Text($"stuck: {what}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("alive\n"));
        server.MapGet("/ready", () => roles[0].WaitingFor is { } what
            ? Results.Text($"waiting {what}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready\n"));
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException error)
        {
            throw new UserError(
                $"Health:Port: cannot listen on {options.Port} ({error.Message}): choose another port, or 0 for none",
                ExitCode.Configuration);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (server is not null)
            await server.StopAsync(cancellationToken);
    }

    /// <summary>What a stage is stuck in. It is logged, because only the log is left after a restart.</summary>
    private string? Stuck()
    {
        var margin = TimeSpan.FromSeconds(options.StuckSeconds);
        var what = roles.Select(role => role.StuckIn(margin)).FirstOrDefault(stuck => stuck is not null);
        if (what is not null && lastStuck is null)
            Probed(log, what);
        return lastStuck = what;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "GET /ping fails from now on: {What}. Only a restart fixes that; it loses nothing")]
    private static partial void Probed(ILogger log, string what);
}
