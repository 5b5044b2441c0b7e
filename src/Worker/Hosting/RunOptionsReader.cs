using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Worker.Kafka.Configuration;
using Worker.Terminal;
using Worker.Texts;

namespace Worker.Hosting;

/// <summary>Binds the configuration's sections and checks them; every problem is listed at once.</summary>
internal static class RunOptionsReader
{
    /// <exception cref="UserError">Something is wrong; exit code 78.</exception>
    public static RunOptions Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = new RunOptions
        {
            Kafka = Bind<KafkaOptions>(configuration, KafkaOptions.Section, problems),
            Encoder = Bind<EncoderSection>(configuration, EncoderSection.Section, problems),
            Heads = Bind<HeadsSection>(configuration, HeadsSection.Section, problems),
            Window = Bind<WindowOptions>(configuration, WindowOptions.Section, problems),
            Input = Bind<Core.Messages.InputOptions>(configuration, "Input", problems),
            Decisions = Bind<Core.Decisions.DecisionOptions>(configuration, "Decisions", problems),
            Review = Bind<Core.Decisions.ReviewOptions>(configuration, "Review", problems),
            Anomaly = Bind<AnomalySection>(configuration, AnomalySection.Section, problems),
            Results = Bind<Core.Results.ResultOptions>(configuration, "Results", problems),
            Shutdown = Bind<ShutdownOptions>(configuration, ShutdownOptions.Section, problems),
            Health = Bind<HealthSection>(configuration, HealthSection.Section, problems),
            Telemetry = Bind<TelemetrySection>(configuration, TelemetrySection.Section, problems),
            Logging = Bind<LoggingSection>(configuration, LoggingSection.Section, problems),
        };
        problems.AddRange(KafkaOptionsValidator.Problems(options.Kafka));
        Together(options, problems);
        if (problems.Count > 0)
            throw new UserError($"the configuration has {problems.Count} problem{(problems.Count == 1 ? "" : "s")}:\n  - {string.Join("\n  - ", problems.Distinct(StringComparer.Ordinal))}\n  what to do: mend them in appsettings.json, the environment (Section__Key) or the command line (--Section:Key=value); docs/configuration.md lists every key", ExitCode.Configuration);
        return options;
    }

    private static T Bind<T>(IConfiguration configuration, string section, List<string> problems)
        where T : new()
    {
        var value = new T();
        try
        {
            configuration.GetSection(section).Bind(value, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            problems.Add(error.InnerException is { } inner ? $"{section}: {error.Message} {inner.Message}" : $"{section}: {error.Message}");
            return value;
        }
        // Kafka has a validator of its own, which its room keeps.
        if (value is KafkaOptions)
            return value;
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true);
        problems.AddRange(results.Select(r => $"{section}:{string.Join(',', r.MemberNames)}: {r.ErrorMessage}"));
        return value;
    }

    /// <summary>What no section can check alone.</summary>
    private static void Together(RunOptions options, List<string> problems)
    {
        var shutdown = options.Shutdown;
        if (shutdown.DrainSeconds >= shutdown.HostSeconds || shutdown.HostSeconds >= shutdown.TerminationGraceSeconds)
            problems.Add($"Shutdown: DrainSeconds ({shutdown.DrainSeconds}) < HostSeconds ({shutdown.HostSeconds}) < TerminationGraceSeconds ({shutdown.TerminationGraceSeconds}) must hold, or a stop is cut short before windows are committed");
        if (options.Heads.Source == HeadsSource.File && string.IsNullOrEmpty(options.Heads.File))
            problems.Add("Heads:File: is required when Heads:Source is File: name the file that 'worker train --out' wrote");
        if (options.Heads is { Source: HeadsSource.File, File: { Length: > 0 } file } && !File.Exists(file))
            problems.Add($"Heads:File: {Path.GetFullPath(file)} is not there: write it with 'worker train --out'");
        if (!Directory.Exists(options.Encoder.Bundle))
            problems.Add($"Encoder:Bundle: {Path.GetFullPath(options.Encoder.Bundle)} is not there: write it with 'worker import'");
    }
}
