using System.CommandLine;
using Worker.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads rollback: publishes an earlier head of a label again.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var label = new Argument<string>("label")
        {
            Description = "The label whose earlier head is published again, under a new version",
        };
        var to = new Option<int?>("--to")
        {
            Description =
                "The version to go back to; default: the one before the head in use, or a retired label's last head; " +
                "while a canary decides a share of the messages, the head in use",
            CustomParser = VersionNumber.Parse,
        };
        var force = new Option<bool>("--force")
        {
            Description = "Roll back even if that head is for another encoder than the topic's heads",
        };
        var kafka = new KafkaArguments();
        var command = new Command(
            "rollback", "Publish an earlier head of a label again, while the compacted topic still holds it")
        {
            label, to, force,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var done = await HeadRollback.Run(
                kafka.Read(parsed), parsed.GetValue(label)!, parsed.GetValue(to), parsed.GetValue(force), stop);
            Console.WriteLine(done.Sentence);
            if (done.Plan is not { } plan)
                return ExitCode.Done;
            if (plan.From is { } current)
                foreach (var line in HeadDifference.Lines(current, plan.Head))
                    Console.WriteLine(line);
            if (plan.Head.Certificate is { } certificate && !certificate.Holds(TimeProvider.System.GetUtcNow()))
                Console.WriteLine(
                    $"  its certificate expired on {HeadEntry.Moment(certificate.Expires)} UTC: no decision is " +
                    "certified");
            return ExitCode.Done;
        });
        return command;
    }
}
