using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Worker.Faults.Tests;
using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Reporting;
using Worker.Kafka.Configuration;
using Worker.Terminal;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Two programs in one: 'run' is the long form of the fault suite (eng/faults); everything else is xunit's runner.
if (args is not ["run", ..])
    return args.Contains("--server", StringComparer.Ordinal)
        || args.Contains("--internal-msbuild-node", StringComparer.Ordinal)
        ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
            args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

var minutes = new Option<double>("--minutes")
{
    Description = "How long faults are injected",
    DefaultValueFactory = _ => 10,
};
var seconds = new Option<double?>("--seconds") { Description = "The same in seconds" };
var seed = new Option<int?>("--seed")
{
    Description = "Repeats the schedule of another run (default: a new one, which is printed)",
};
var workers = new Option<int>("--workers") { Description = "Workers, 1 to 6", DefaultValueFactory = _ => 4 };
var mode = new Option<string>("--mode")
{
    Description = "exactly-once or at-least-once",
    DefaultValueFactory = _ => "exactly-once",
};
mode.AcceptOnlyFromAmong("exactly-once", "at-least-once");
var protocol = new Option<string>("--protocol")
{
    Description = "The consumer group protocol: classic, or consumer (KIP-848)",
    DefaultValueFactory = _ => "classic",
};
protocol.AcceptOnlyFromAmong("classic", "consumer");
var isStatic = new Option<bool>("--static")
{
    Description = "Workers are static members of the group (Kafka:GroupInstanceId)",
};
var calm = new Option<bool>("--calm")
{
    Description = "Each fault by itself, with a quiet time after it: times the recovery from each",
};
var rate = new Option<int>("--rate") { Description = "Messages per second", DefaultValueFactory = _ => 300 };
var folder = new Option<DirectoryInfo?>("--logs")
{
    Description = "Folder for the workers' logs (default: a new one under the system's temporary folder)",
};
workers.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is < 1 or > 6)
        result.AddError("--workers must be 1 to 6");
});
var run = new Command(
    "run", "Runs real workers against three real brokers, breaks them at random, and compares what went in with what " +
    "came out. Ends with 0 when nothing was missing, doubled, out of order or dead-lettered wrongly.") { minutes,
    seconds, seed, workers, mode, protocol, isStatic, calm, rate, folder };
run.SetAction(async (parsed, stop) =>
{
    if (KafkaCluster.Script is null)
        throw new UserError(
            "../shared/kafka is not beside this checkout: the fault suite needs it to start three brokers",
            ExitCode.Configuration);
    var length = parsed.GetValue(seconds) is { } given
        ? TimeSpan.FromSeconds(given)
        : TimeSpan.FromMinutes(parsed.GetValue(minutes));
    if (length < TimeSpan.FromSeconds(20) || length > TimeSpan.FromDays(1))
        throw new UserError("--minutes must make 20 seconds to one day", ExitCode.Usage);
    var options = new FaultOptions
    {
        Length = length,
        Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
        Workers = parsed.GetValue(workers),
        Mode = parsed.GetValue(mode) == "exactly-once" ? DeliveryMode.ExactlyOnce : DeliveryMode.AtLeastOnce,
        Protocol = parsed.GetValue(protocol)!,
        StaticMembers = parsed.GetValue(isStatic),
        Calm = parsed.GetValue(calm),
        Rate = Math.Clamp(parsed.GetValue(rate), 1, 20_000),
        Folder = parsed.GetValue(folder)?.FullName ?? Directory.CreateTempSubdirectory("worker-faults-").FullName,
    };
    Directory.CreateDirectory(options.Folder);
    Console.WriteLine($"seed {options.Seed}; logs in {options.Folder}");
    using var early = CancellationTokenSource.CreateLinkedTokenSource(stop);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        early.Cancel();
    });
    var report = await new FaultRun(options, Console.WriteLine).Run(early.Token);
    ReportFiles.Write(report);
    Console.WriteLine();
    Console.Write(ReportText.Of(report));
    return report.Passed ? ExitCode.Done : ExitCode.Failed;
});
return await Failures.Guard(
    () => new RootCommand("The fault suite")
    {
        run,
    }.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    }));
