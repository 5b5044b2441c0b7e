using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Worker.Hosting;
using Worker.Kafka.Configuration;
using Worker.Settings;
using Worker.Store;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>How commands learn where the store is: an option, or the settings of 'worker run'.</summary>
internal sealed class StoreArguments
{
    private readonly Option<string?> path = new("--store")
    {
        Description = "File of the store; default: Store:Path or Store:Postgres of appsettings.json or the environment",
    };

    private readonly Option<FileInfo?> file = new("--config")
    {
        Description = "A JSON file of settings, the same as for 'worker run': its sections Store and Learn are read",
    };

    public void AddTo(Command command)
    {
        command.Add(path);
        command.Add(file);
    }

    /// <exception cref="UserError">The configuration is wrong; exit code 78.</exception>
    public RunOptions Read(ParseResult parsed) => RunOptionsReader.ReadWithoutKafka(Settings(parsed).Build());

    /// <summary>How to reach the brokers, from the same settings.</summary>
    /// <param name="bootstrap">Takes precedence; null for none.</param>
    /// <exception cref="UserError">The configuration is wrong; exit code 78.</exception>
    public KafkaOptions ReadKafka(ParseResult parsed, string? bootstrap)
    {
        var settings = Settings(parsed);
        if (bootstrap is not null)
            settings.AddInMemoryCollection(
                [new($"{KafkaOptions.Section}:{nameof(KafkaOptions.BootstrapServers)}", bootstrap)]);
        return RunOptionsReader.ReadKafka(settings.Build());
    }

    /// <summary>Opens it.</summary>
    /// <param name="create">Whether a file that is not there is made.</param>
    /// <exception cref="UserError">The file is not there; or the configuration is wrong.</exception>
    public LearningStore Open(ParseResult parsed, bool create)
    {
        var options = Read(parsed).Store;
        if (!create && options.Postgres.Length == 0 && !File.Exists(options.Path))
            throw new UserError(
                $"there is no store at {Path.GetFullPath(options.Path)}: name it with --store, or make it with " +
                "'worker labels import' or 'worker run --roles learn'");
        return LearningStore.Open(options, TimeProvider.System);
    }

    private IConfigurationBuilder Settings(ParseResult parsed)
    {
        var settings = new ConfigurationBuilder().AddConfiguration(SettingFiles.Read(parsed.GetValue(file), []));
        return parsed.GetValue(path) is { } named
            ? settings.AddInMemoryCollection([new("Store:Path", named), new("Store:Postgres", "")])
            : settings;
    }
}
