using System.Collections;
using Microsoft.Extensions.Configuration;
using Worker.Terminal;

namespace Worker.Settings;

/// <summary>
/// Where settings come from; later sources override earlier ones: appsettings.json of the working folder, a named file,
/// the environment (Section__Key), the command line (--Section:Key=value, no secrets). See <see cref="SecretFiles"/>
/// for KEY_FILE.
/// </summary>
internal static class SettingFiles
{
    private const string Default = "appsettings.json";

    /// <param name="file">A JSON file; null for none.</param>
    /// <param name="settings">--Section:Key=value each.</param>
    /// <param name="environment">Variables; null for this process's.</param>
    /// <exception cref="UserError">A file or setting cannot be read; exit code 78.</exception>
    public static IConfiguration Read(FileInfo? file, IReadOnlyList<string> settings, IDictionary? environment = null)
    {
        SecretFiles.Refuse(settings);
        foreach (var setting in settings)
            if (Problem(setting) is { } problem)
                throw new UserError(problem, ExitCode.Configuration);
        var variables = (environment ?? Environment.GetEnvironmentVariables()).Cast<DictionaryEntry>()
            .ToDictionary(pair => $"{pair.Key}", pair => pair.Value?.ToString());
        if (variables.Keys.FirstOrDefault(IsMistyped) is { } variable)
            throw new UserError(
                $"environment variable {variable}: {SettingKeys.Unknown(Key(variable))}", ExitCode.Configuration);
        if (file is { Exists: false })
            throw new UserError($"{file.FullName} is not there", ExitCode.Configuration);
        var builder = new ConfigurationBuilder();
        if (File.Exists(Default))
            builder.AddInMemoryCollection(JsonSettings.Read(Path.GetFullPath(Default)));
        if (file is not null)
            builder.AddInMemoryCollection(JsonSettings.Read(file.FullName));
        builder.AddInMemoryCollection(variables
            .DistinctBy(pair => Key(pair.Key), StringComparer.OrdinalIgnoreCase)
            .Select(pair => KeyValuePair.Create(Key(pair.Key), pair.Value)));
        return SecretFiles.Resolve(builder.AddCommandLine([.. settings]).Build(), SettingKeys.Sections);
    }

    private static string Key(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);

    private static string? Problem(string argument)
    {
        var key = argument.TrimStart('-').Split('=')[0];
        if (argument.Contains('=', StringComparison.Ordinal) && key.Contains(':', StringComparison.Ordinal))
            return SettingKeys.IsSection(key.Split(':')[0]) ? null : SettingKeys.Unknown(key);
        var sections = string.Join(", ", SettingKeys.Sections);
        return $"'{key}' is not a setting: write --Section:Key=value with a section of {sections}";
    }

    /// <summary>Whether a variable was meant for a section; other programs have variables too.</summary>
    private static bool IsMistyped(string variable) =>
        variable.Split("__") is [{ Length: > 3 } section, { Length: > 0 }, ..]
        && !SettingKeys.IsSection(section) && Nearest.To(section, SettingKeys.Sections) is not null;
}
