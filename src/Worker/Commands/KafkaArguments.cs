using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Worker.Kafka.Configuration;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>How the small Kafka commands find their broker: by an option, or by the settings of 'worker run'.</summary>
internal sealed class KafkaArguments
{
    public Option<string?> Bootstrap { get; } = new("--bootstrap")
    {
        Description =
            "Brokers, host:port, comma separated; default: Kafka:BootstrapServers of appsettings.json or the " +
            "environment"
    };

    public Option<FileInfo?> File { get; } = new("--config")
    {
        Description = "A JSON file of settings, the same as for 'worker run': its section Kafka is read",
    };

    public void AddTo(Command command)
    {
        command.Add(Bootstrap);
        command.Add(File);
    }

    /// <exception cref="UserError">The configuration is wrong; exit code 78.</exception>
    public KafkaOptions Read(ParseResult parsed)
    {
        var settings = new ConfigurationBuilder().AddConfiguration(SettingFiles.Read(parsed.GetValue(File), []));
        if (parsed.GetValue(Bootstrap) is { } bootstrap)
            settings.AddInMemoryCollection(
                [new($"{KafkaOptions.Section}:{nameof(KafkaOptions.BootstrapServers)}", bootstrap)]);
        return RunOptionsReader.ReadKafka(settings.Build());
    }
}
