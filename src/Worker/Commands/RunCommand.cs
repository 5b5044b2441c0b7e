using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Worker.Core.Health;
using Worker.Hosting;
using Worker.Learner;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Reviewing;
using Worker.Settings;
using Worker.Telemetry;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker run: classifies from Kafka to Kafka, learns from answers, or both, until told to stop.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--config")
        {
            Description = "A JSON file of settings, read after appsettings.json of this folder",
        };
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings, e.g. --Kafka:BootstrapServers=broker:9092; docs/configuration.md lists them",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var roles = new Option<string>("--roles")
        {
            Description = $"What this worker does, comma separated: {RoleNames.All}. classify: messages in, results " +
                "out. learn: answers in, better heads out. review: the page where people answer, and the API",
            DefaultValueFactory = _ => "classify",
        };
        var command = new Command(Name, "Classify messages from Kafka to Kafka until stopped (SIGTERM drains)")
        {
            roles, file, settings,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, stop) =>
        {
            string[] given = [.. parsed.GetValue(settings) ?? [], .. parsed.UnmatchedTokens];
            return Run(RoleNames.Parse(parsed.GetValue(roles)!), SettingFiles.Read(parsed.GetValue(file), given), stop);
        });
        return command;
    }

    private static async Task<int> Run(Roles roles, IConfiguration configuration, CancellationToken stop)
    {
        // The library waits only for a task that it has been given. Loading the encoder takes seconds. A SIGTERM before
        // the task was returned would end the process immediately, with 143.
        await Task.Yield();
        // 1. Options first: every problem of the configuration is reported before anything is opened.
        var options = RunOptionsReader.Read(configuration);
        if (roles.HasFlag(Roles.Review))
            CheckWeb(options.Web);
        // 2. The host. The encoder is loaded before probes are answered: the startup probe gives it the time.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failed start is reported once, at the end and without its stack trace.
        if (!options.Logging.ShowsDebug)
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        Write(builder.Logging, options.Logging.Format);
        builder.Services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(options.Shutdown.HostSeconds));
        if (options.Telemetry.OtlpEndpoint is { Length: > 0 } collector)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
                metrics.AddWorker().AddOtlpExporter(otlp => otlp.Endpoint = new Uri(collector)));
        builder.Services.AddSingleton(TimeProvider.System);
        // The page's requests take turns with the stream on one encoder.
        var isShared = roles.HasFlag(Roles.Classify) && roles.HasFlag(Roles.Review);
        builder.Services.AddSingleton(services => new Classifier(WorkerComposition.Open(
            options, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>(),
            isShared ? [options.Learn.Feature] : [])));
        var learner = new LearnerOptions(
            options.Kafka, options.Store, options.Learn, options.Encoder, options.Input, Product.Version);
        builder.Services.AddSingleton(services => new LearnerLife(new LearnerParts(
            learner, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>())));
        builder.Services.AddSingleton(services => new ReviewLife(
            new ReviewLifeOptions(learner, options.Web)
            {
                Encoder = isShared ? services.GetRequiredService<Classifier>().Encoder : null,
            },
            services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>()));
        // A worker of several roles is ready when it classifies, or serves the page: learning is in no hurry.
        builder.Services.AddSingleton(services => new HealthServer(
            options.Health,
            [.. Healths(roles, services)],
            services.GetRequiredService<ILogger<HealthServer>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthServer>());
        if (roles.HasFlag(Roles.Classify))
            builder.Services.AddHostedService<ClassifierService>();
        if (roles.HasFlag(Roles.Learn))
            builder.Services.AddHostedService<LearnerService>();
        if (roles.HasFlag(Roles.Review))
            builder.Services.AddHostedService<ReviewService>();
        using var host = builder.Build();
        // 3. Until SIGTERM, Ctrl-C or a failure.
        try
        {
            await host.StartAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A stop during the start is an orderly stop like any other.
            await host.StopAsync(CancellationToken.None);
            return ExitCode.Done;
        }
        await host.WaitForShutdownAsync(stop);
        // One that failed ended the others.
        return host.Services.GetServices<IHostedService>().OfType<RoleService>()
            .Select(role => role.Code).FirstOrDefault(code => code != ExitCode.Done);
    }

    /// <exception cref="UserError">A setting of the page is wrong.</exception>
    private static void CheckWeb(WebOptions options)
    {
        try
        {
            AccessSetup.Check(options);
        }
        catch (WebSettingException refused)
        {
            throw new UserError(refused.Message, ExitCode.Configuration);
        }
    }

    private static IEnumerable<WorkerHealth> Healths(Roles roles, IServiceProvider services)
    {
        if (roles.HasFlag(Roles.Classify))
            yield return services.GetRequiredService<Classifier>().Health;
        if (roles.HasFlag(Roles.Review))
            yield return services.GetRequiredService<ReviewLife>().Health;
        if (roles.HasFlag(Roles.Learn))
            yield return services.GetRequiredService<LearnerLife>().Health;
    }

    private static void Write(ILoggingBuilder logging, LogFormat format)
    {
        const string time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        if (format == LogFormat.Json)
            logging.AddJsonConsole(console =>
                (console.TimestampFormat, console.UseUtcTimestamp) = (time.TrimEnd(), true));
        else
            logging.AddSimpleConsole(console =>
                (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, time, true));
    }
}
