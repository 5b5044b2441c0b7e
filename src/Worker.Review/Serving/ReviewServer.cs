using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Review.Items;
using Worker.Review.Models;
using Worker.Review.Page;

namespace Worker.Review.Serving;

/// <summary>The review page and the API.</summary>
internal sealed class ReviewServer : IAsyncDisposable
{
    /// <summary>Under this name it says how to come in.</summary>
    public const string LogName = "Worker.Review";

    private readonly ReviewParts parts;
    private readonly WebApplication app;
    private readonly ILogger log;

    /// <exception cref="WebSettingException">A setting is wrong.</exception>
    public ReviewServer(ReviewParts parts, ILoggerFactory loggers, TimeProvider clock)
    {
        AccessSetup.Check(parts.Options);
        this.parts = parts;
        log = loggers.CreateLogger(LogName);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(clock);
        Configure(builder);
        app = builder.Build();
        Map(clock);
    }

    /// <summary>Where it is, once it listens, e.g. http://127.0.0.1:8081.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The API's description.</summary>
    public Task<OpenApiDocument> Document(CancellationToken stop) =>
        app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(stop);

    /// <exception cref="WebSettingException">The port is taken.</exception>
    public async Task Start(CancellationToken stop)
    {
        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException error)
        {
            throw new WebSettingException(
                $"Web:Port: cannot listen on {parts.Options.Address}:{parts.Options.Port} ({error.Message}): choose " +
                "another port");
        }
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        if (AccessSetup.IsLocal(parts.Options))
            SignIn.SayLink(app, Address, log);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private void Configure(WebApplicationBuilder builder)
    {
        var options = parts.Options;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port);
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        var services = builder.Services;
        services.AddExceptionHandler<Problems>();
        services.AddProblemDetails();
        services.AddOpenApi(ApiDescription.Set);
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        AccessSetup.Add(services, options, parts.Store);
        RateLimits.Add(services, options);
        // A page of another site must not reach this machine's page under a name of its own.
        if (AccessSetup.IsLocal(options))
            services.Configure<HostFilteringOptions>(hosts =>
                hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        services.Configure<ForwardedHeadersOptions>(proxy =>
        {
            proxy.ForwardedHeaders = ForwardedHeaders.All;
            // The pod's network decides who the proxy is.
            proxy.KnownIPNetworks.Clear();
            proxy.KnownProxies.Clear();
        });
    }

    private void Map(TimeProvider clock)
    {
        // 1. Where a request comes from, and what the answer may do.
        if (parts.Options.BehindProxy)
            app.UseForwardedHeaders();
        if (AccessSetup.IsLocal(parts.Options))
            app.UseHostFiltering();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(Problems.Explain);
        // 2. The page's files need nobody's name.
        app.UsePageFiles();
        app.UseRouting();
        // 3. Who it is, and how often.
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseGuard();
        app.UseAuthorization();
        // 4. What there is.
        var api = app.MapGroup("/api/v1").AddEndpointFilter<RequestValidation>();
        ItemEndpoints.Map(api, new ReviewDesk(parts.Store, parts.LabelsTopic, parts.Options, clock));
        ModelEndpoints.Map(api, parts);
        PersonEndpoint.Map(api);
        SignIn.Map(app, parts.Options, () => Address, log);
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Scopes.Read);
        app.MapScalarApiReference(SecurityHeaders.Reference, reference => reference
            .WithTitle("Worker API").WithOpenApiRoutePattern(ApiDescription.Path).DisableAgent())
            .RequireAuthorization(Scopes.Read);
    }
}
