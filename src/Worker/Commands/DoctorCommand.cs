using System.CommandLine;
using Worker.Diagnosing;
using Worker.Hosting;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker doctor: checks a deployment's configuration and surroundings, and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var file = new Option<FileInfo?>("--config") { Description = "A JSON file of settings, as for 'run'" };
        var roles = new Option<string>("--roles")
        {
            Description = $"What the worker is to do, as for 'run': {RoleNames.All}. With learn also the store and " +
                "the rights of a learner",
            DefaultValueFactory = _ => "classify",
        };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of lines" };
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings, as for 'run', e.g. --Kafka:BootstrapServers=broker:9092",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "doctor", "Check settings, encoder, store, brokers, topics, rights and heads; changes nothing")
        {
            roles, file, json, settings,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, stop) =>
        {
            var findings = new List<Finding>();
            var asJson = parsed.GetValue(json);
            var colour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
            var examination = new Examination(
                TimeProvider.System, RoleNames.Parse(parsed.GetValue(roles)!)).Run(
                () => SettingFiles.Read(
                    parsed.GetValue(file), [.. parsed.GetValue(settings) ?? [], .. parsed.UnmatchedTokens]));
            await foreach (var finding in examination.WithCancellation(stop))
            {
                findings.Add(finding);
                if (!asJson)
                    await Console.Out.WriteAsync(FindingReport.Text(finding, colour));
            }
            if (asJson)
                await Console.Out.WriteLineAsync(FindingReport.Json(findings));
            return Code(findings);
        });
        return command;
    }

    /// <summary>0 where nothing failed, 78 where the settings are wrong, else 1.</summary>
    private static int Code(List<Finding> findings) =>
        findings.Exists(finding =>
            finding is { Name: "settings", Status: FindingStatus.Failed }) ? ExitCode.Configuration
        : findings.Exists(finding => finding.Status == FindingStatus.Failed) ? ExitCode.Failed
        : ExitCode.Done;
}
