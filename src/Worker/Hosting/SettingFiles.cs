using Microsoft.Extensions.Configuration;
using Worker.Terminal;

namespace Worker.Hosting;

/// <summary>
/// Where settings come from, the later over the earlier: appsettings.json of the working folder, a named file, the
/// environment (Section__Key), the command line (--Section:Key=value, no secrets). See <see cref="SecretFiles"/> for KEY_FILE.
/// </summary>
internal static class SettingFiles
{
    private static readonly string[] Sections = ["Kafka", "Encoder", "Heads", "Window", "Input", "Decisions", "Review", "Anomaly", "Results", "Shutdown", "Health", "Telemetry", "Logging"];

    /// <param name="file">A JSON file; null for none.</param>
    /// <param name="settings">--Section:Key=value each.</param>
    /// <exception cref="UserError">A file or setting cannot be read; exit code 78.</exception>
    public static IConfiguration Read(FileInfo? file, IReadOnlyList<string> settings)
    {
        SecretFiles.Refuse(settings);
        foreach (var setting in settings)
        {
            var key = setting.TrimStart('-').Split('=')[0];
            if (!setting.Contains('=', StringComparison.Ordinal) || !Sections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                throw new UserError($"'{key}' is no setting: write --Section:Key=value with a section of {string.Join(", ", Sections)}", ExitCode.Configuration);
        }
        if (file is { Exists: false })
            throw new UserError($"{file.FullName} is not there", ExitCode.Configuration);
        try
        {
            var builder = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
            if (file is not null)
                builder.AddJsonFile(file.FullName);
            return SecretFiles.Resolve(builder.AddEnvironmentVariables().AddCommandLine([.. settings]).Build(), Sections);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException)
        {
            throw new UserError($"{error.Message} {error.InnerException?.Message}", ExitCode.Configuration);
        }
    }
}
