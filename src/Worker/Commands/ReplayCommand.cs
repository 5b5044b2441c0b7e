using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Replaying;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker replay: sends dead letters back to where they came from, after a fix.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var kinds = new Option<string[]>("--kind")
        {
            Description = "Only these kinds of failure; may be repeated: " +
                $"{string.Join(", ", Enum.GetNames<FailureKind>())}"
        };
        kinds.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!Enum.GetNames<FailureKind>().Contains(token.Value, StringComparer.OrdinalIgnoreCase))
                    result.AddError(
                        $"--kind '{token.Value}' is none of {string.Join(", ", Enum.GetNames<FailureKind>())}");
        });
        var reason = new Option<string?>("--reason")
        {
            Description = "Only those whose reason contains this text, ignoring case",
        };
        var topic = new Option<string?>("--topic") { Description = "Only those that came from this topic" };
        var partition = CheckedOptions.Number(
            "--partition", "Only those that came from this partition", new NumberRange<int>(0));
        var from = CheckedOptions.Number(
            "--from-offset", "Only original offsets from this one", 0, new NumberRange<long>(0));
        var to = CheckedOptions.Number(
            "--to-offset", "Only original offsets up to this one", long.MaxValue, new NumberRange<long>(0));
        var since = CheckedOptions.Time(
            "--since", "Only those that failed at this time or later", DateTimeOffset.MinValue);
        var until = CheckedOptions.Time("--until", "Only those that failed before this time", DateTimeOffset.MaxValue);
        var limit = CheckedOptions.Number("--limit", "Send at most this many", long.MaxValue, new NumberRange<long>(1));
        var attempts = CheckedOptions.Number(
            "--max-attempts", "Do not send those that were already tried this often", 3, new NumberRange<int>(1));
        var destination = new Option<string?>("--to")
        {
            Description = "Send them to this topic instead of their original topics",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Send nothing: count what would be sent" };
        var letters = new Option<string?>("--dead-letters")
        { Description = "Topic of the dead letters; default: Kafka:Topics:DeadLetters" };
        var kafka = new KafkaArguments();
        var command = new Command(
            "replay",
            "Send dead letters back to where they came from, each at most once; reads what is there now, then ends")
        {
            kinds, reason, topic, partition, from, to, since, until, limit, attempts, destination, dryRun, letters,
        };
        kafka.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var options = new ReplayOptions
            {
                Kinds = parsed.GetValue(kinds) ?? [],
                Reason = parsed.GetValue(reason),
                Topic = parsed.GetValue(topic),
                Partition = parsed.GetValue(partition),
                FromOffset = parsed.GetValue(from),
                ToOffset = parsed.GetValue(to),
                Since = parsed.GetValue(since),
                Until = parsed.GetValue(until),
                Limit = parsed.GetValue(limit),
                MaxAttempts = parsed.GetValue(attempts),
                To = parsed.GetValue(destination),
                DryRun = parsed.GetValue(dryRun),
            };
            var connection = kafka.Read(parsed);
            connection.Topics.DeadLetters = parsed.GetValue(letters) ?? connection.Topics.DeadLetters;
            return Task.FromResult(Run(options, connection, stop));
        });
        return command;
    }

    private static int Run(ReplayOptions options, KafkaOptions kafka, CancellationToken stop)
    {
        var report = new ReplayReport();
        try
        {
            // Blocking is fine here: the progress bar runs around one call, and the command has nothing else to do.
            return ProgressBars.Run("replay", progress =>
            {
                Replay.Run(options, kafka, report, NullLoggerFactory.Instance, TimeProvider.System, progress, stop)
                    .GetAwaiter().GetResult();
                return report.HasFailures ? ExitCode.Failed : ExitCode.Done;
            });
        }
        finally
        {
            // Also after a failure or a stop, because some messages may have been sent.
            if (report.Read > 0)
                report.Write(Console.Out, options);
        }
    }
}
