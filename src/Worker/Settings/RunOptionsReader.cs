using Microsoft.Extensions.Configuration;
using Worker.Hosting;
using Worker.Kafka.Configuration;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>Checks every setting and binds them; all problems are listed together.</summary>
internal static class RunOptionsReader
{
    /// <summary>All that 'worker run' is configured with.</summary>
    /// <exception cref="UserError">Something is wrong; exit code 78.</exception>
    public static RunOptions Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = Bind(configuration, problems);
        Together(options, problems);
        Refuse(problems);
        return options;
    }

    /// <summary>
    /// What the small commands need of the same settings. Every key and value is checked; the encoder's files are not.
    /// </summary>
    /// <exception cref="UserError">Something is wrong; exit code 78.</exception>
    public static KafkaOptions ReadKafka(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = Bind(configuration, problems);
        Refuse(problems);
        return options.Kafka;
    }

    /// <summary>What commands need that never ask a broker: its address may be missing.</summary>
    /// <exception cref="UserError">Something is wrong; exit code 78.</exception>
    public static RunOptions ReadWithoutKafka(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = Bind(configuration, problems);
        Refuse([.. problems.Except(KafkaOptionsValidator.Problems(options.Kafka), StringComparer.Ordinal)]);
        return options;
    }

    /// <summary>The options from well-formed settings, and the problems of the others.</summary>
    public static RunOptions Bind(IConfiguration configuration, List<string> problems)
    {
        // A wrong value is left out and its default is bound, so that the rest is checked too.
        var good = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var pairs = configuration.AsEnumerable().OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in pairs)
        {
            // A section itself has no value, but a variable of another program may have its name.
            if (value is null || key.Split(':') is not [var section, _, ..] || !SettingKeys.IsSection(section))
                continue;
            if (SettingKeys.Find(key) is not { } setting)
                problems.Add(SettingKeys.Unknown(key));
            else if (SettingValue.Problem(key, setting, value) is { } problem)
                problems.Add(problem);
            else
                good[key] = value;
        }
        var options = new RunOptions();
        new ConfigurationBuilder().AddInMemoryCollection(good).Build().Bind(options);
        problems.AddRange(KafkaOptionsValidator.Problems(options.Kafka));
        return options;
    }

    private static void Refuse(List<string> problems)
    {
        if (problems.Count == 0)
            return;
        var lines = problems.Distinct(StringComparer.Ordinal).ToList();
        throw new UserError(
            $"the configuration has {lines.Count} problem{(lines.Count == 1 ? "" : "s")}:\n" +
            $"  - {string.Join("\n  - ", lines)}\n" +
            "  what to do: fix them in appsettings.json, the environment (Section__Key) or the command line " +
            "(--Section:Key=value); docs/configuration.md lists every key", ExitCode.Configuration);
    }

    /// <summary>Checks that need more than one setting.</summary>
    private static void Together(RunOptions options, List<string> problems)
    {
        var shutdown = options.Shutdown;
        if (shutdown.DrainSeconds >= shutdown.HostSeconds
            || shutdown.HostSeconds >= shutdown.TerminationGraceSeconds)
            problems.Add(
                $"Shutdown: DrainSeconds ({shutdown.DrainSeconds}) < HostSeconds ({shutdown.HostSeconds}) < " +
                $"TerminationGraceSeconds ({shutdown.TerminationGraceSeconds}) must hold, or a stop is cut short " +
                "before windows are committed");
        if (options.Heads.Source == HeadsSource.File && string.IsNullOrEmpty(options.Heads.File))
            problems.Add(
                "Heads:File: is required when Heads:Source is File: name the file that 'worker train --out' wrote");
        if (options.Heads is { Source: HeadsSource.File, File: { Length: > 0 } file } && !File.Exists(file))
            problems.Add($"Heads:File: {Path.GetFullPath(file)} is not there: write it with 'worker train --out'");
        if (!Directory.Exists(options.Encoder.Bundle))
            problems.Add(
                $"Encoder:Bundle: {Path.GetFullPath(options.Encoder.Bundle)} is not there: write it with 'worker " +
                "import'");
    }
}
