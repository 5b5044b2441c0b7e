using System.CommandLine;
using System.Globalization;
using Worker.Commands;
using Worker.Commands.Heads;
using Worker.Commands.Labels;
using Worker.Commands.Learn;
using Worker.Commands.Review;
using Worker.Settings;
using Worker.Terminal;

// Numbers and dates are written the same everywhere, for machines and for people.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("A stream text classifier: one BERT encoder, many binary heads, from Kafka to Kafka.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ImportCommand.Create(),
    ClassifyCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    CertifyCommand.Create(),
    ExperimentCommand.Create(),
    SimulateCommand.Create(),
    HeadsCommand.Create(),
    LabelsCommand.Create(),
    LearnCommand.Create(),
    ReviewCommand.Create(),
    TopicsCommand.Create(),
    ReplayCommand.Create(),
    TokenizeCommand.Create(),
    EmbedCommand.Create(),
    ScoreCommand.Create(),
    BenchCommand.Create(),
    DoctorCommand.Create(),
};
try
{
    // First, before any other code can repeat them in a message.
    SecretFiles.Refuse(args);
}
catch (UserError error)
{
    await Console.Error.WriteLineAsync($"error: {error.Message}");
    return error.Code;
}
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var line in CommandLineErrors.Of(parsed))
        await Console.Error.WriteLineAsync(line.StartsWith(' ') ? line : $"error: {line}");
    return ExitCode.Usage;
}
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
// On SIGTERM the library gives a command 2 s and then ends the process with 143. 'run' has its own deadlines
// (Shutdown), which give a window in flight the time to be committed.
if (parsed.CommandResult.Command.Name == RunCommand.Name)
    invocation.ProcessTerminationTimeout = Timeout.InfiniteTimeSpan;
return await Failures.Guard(() => parsed.InvokeAsync(invocation));
